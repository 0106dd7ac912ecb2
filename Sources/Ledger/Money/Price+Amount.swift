extension Price {
    /// What one call costs, by part.
    ///
    /// - The conditional price counts whose condition holds and is the most specific; where none holds, a second look takes
    ///   the class of the resolution (`1920x1080` is `1080p`) unless `matchesResolutionClasses` is false; else this price.
    /// - A price per request above zero is all there is, also beside web searches, and only for a call that succeeded.
    /// - Else each part is charged at its own rate. Image, audio, video, cached and cache-creation tokens are taken out of the
    ///   input, image and audio tokens out of the output, where they have a price above zero; otherwise they cost what
    ///   surrounds them. What was reasoned makes the rest of the output cost `thinkingModeOutput`, where that has a price.
    ///
    /// Counts below zero count as zero. Each part is rounded half up to a billionth once; `used` is the sum of the parts.
    ///
    /// - Parameters:
    ///   - at: when the request arrived, milliseconds since 1970.
    ///   - succeeded: whether the client got a success.
    public func amount(
        for usage: Usage, context: UsageContext = UsageContext(), at: Int64, succeeded: Bool,
        matchesResolutionClasses: Bool = true
    ) -> Amount {
        let price = inForce(for: usage, context: context, at: at, matchesResolutionClasses: matchesResolutionClasses)
        var amount = Amount()
        guard price.perRequest <= .zero else {
            amount.used = succeeded ? price.perRequest : .zero
            return amount
        }
        price.rates.charge(usage, to: &amount)
        return amount
    }

    /// The conditional price that counts for a call, or this one.
    public func inForce(
        for usage: Usage, context: UsageContext, at: Int64, matchesResolutionClasses: Bool = true
    ) -> Price {
        guard !conditional.isEmpty else { return self }
        let seconds = at / 1000
        if let price = mostSpecific(usage, context, context.resolution, seconds) { return price }
        guard matchesResolutionClasses, let name = Resolution.fuzzyClass(of: context.resolution),
            let price = mostSpecific(usage, context, name, seconds)
        else { return self }
        return price
    }

    private func mostSpecific(_ usage: Usage, _ context: UsageContext, _ resolution: String, _ seconds: Int64) -> Price? {
        var best: (specificity: Int, price: Price)?
        for candidate in conditional
        where candidate.condition.holds(for: usage, context: context, resolution: resolution, atSeconds: seconds) {
            let specificity = candidate.condition.specificity
            if specificity > best?.specificity ?? -1 { best = (specificity, candidate.price) }
        }
        return best?.price
    }
}

extension Price.Rates {
    func charge(_ usage: Usage, to amount: inout Amount) {
        var input = max(usage.input, 0)
        amount.imageInput = imageInput.charge(usage.imageInput, outOf: &input)
        amount.audioInput = audioInput.charge(usage.audioInput, outOf: &input)
        amount.videoInput = videoInput.charge(usage.videoInput, outOf: &input)
        amount.cached = cached.charge(usage.cached, outOf: &input)
        amount.cacheCreation = cacheCreation.charge(usage.cacheCreation, outOf: &input)
        amount.input = self.input.amount(for: input)

        var output = max(usage.output, 0)
        amount.imageOutput = imageOutput.charge(usage.imageOutput, outOf: &output)
        amount.audioOutput = audioOutput.charge(usage.audioOutput, outOf: &output)
        let thinks = usage.reasoning > 0 && thinkingModeOutput > .zero
        amount.output = (thinks ? thinkingModeOutput : self.output).amount(for: output)

        amount.webSearch = webSearch.amount(for: usage.webSearchCount)
        amount.used = amount.sumOfParts
    }
}

extension Rate {
    /// What a special part costs, taken out of the total that contains it; a part without a price stays in the total.
    fileprivate func charge(_ count: Int64, outOf total: inout Int64) -> Money {
        guard self > .zero, count > 0 else { return .zero }
        total = max(total - count, 0)
        return amount(for: count)
    }
}

extension Amount {
    /// All parts together.
    public var sumOfParts: Money {
        input + imageInput + audioInput + videoInput + output + imageOutput + audioOutput + cached + cacheCreation + webSearch
    }
}
