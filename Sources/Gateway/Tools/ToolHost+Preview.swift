internal import Directory
internal import OpenAPIToMCP
internal import Wire

extension ToolHost: DocumentPreviewer {
    func preview(_ target: DocumentTarget) async -> DocumentPreview {
        guard let documents = self.documents else {
            return DocumentPreview(report: JSONObject(), failure: "documents can't be compiled here")
        }
        let compilation = await documents.compilation(of: target)
        let error = compilation.diagnostics.first { $0.severity == .error }
        let nothing =
            compilation.coverage.filtered > 0 ? "the filters leave out every operation" : "the document has no operations"
        let failure = compilation.tools.isEmpty ? error?.description ?? nothing : nil
        return DocumentPreview(report: compilation.report, failure: failure)
    }
}
