// The one thing of SwiftNIO that the line queue needs.

public struct CircularBuffer<Element>: ExpressibleByArrayLiteral {
    private var elements: [Element]

    public init(arrayLiteral elements: Element...) { self.elements = elements }

    public var isEmpty: Bool { elements.isEmpty }

    public mutating func append(_ element: Element) { elements.append(element) }

    public mutating func removeFirst() -> Element { elements.removeFirst() }
}

extension CircularBuffer: Sendable where Element: Sendable {}
