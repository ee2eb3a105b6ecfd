import Documents
import SystemIO
import Testing

/// A manifest with mistakes, and what kubectl prints of the API server's answer.
struct RefusedExample: Sendable, CustomTestStringConvertible {
  let name: String
  let manifest: String
  let refusal: String

  var testDescription: String { name }

  /// Sections of `### name`, the manifest, `---` and the expected words.
  static func read(_ file: String) -> [RefusedExample] {
    let path = String(#filePath[..<#filePath.lastIndex(of: "/")!]) + "/Golden/" + file
    guard let text = try? Files.readText(path) else { return [] }
    var examples: [RefusedExample] = []
    var name = ""
    var manifest = ""
    var refusal = ""
    var isRefusal = false
    func finish() {
      if !name.isEmpty { examples.append(RefusedExample(name: name, manifest: manifest, refusal: refusal)) }
      (manifest, refusal, isRefusal) = ("", "", false)
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("### ") {
        finish()
        name = String(line.dropFirst(4))
      } else if line == "---" {
        isRefusal = true
      } else if isRefusal {
        if !line.isEmpty { refusal += line + "\n" }
      } else {
        manifest += line + "\n"
      }
    }
    finish()
    return examples
  }

  /// As kubectl shows the causes of an invalid object.
  static func kubectlText(_ status: Document) -> String {
    let details = status["details"]
    let causes = (details?["causes"]?.listValue ?? []).map {
      "\($0["field"]?.stringValue ?? ""): \($0["message"]?.stringValue ?? "")"
    }
    let start = "The \(details?["kind"]?.stringValue ?? "") \"\(details?["name"]?.stringValue ?? "")\" is invalid: "
    if causes.count == 1 { return start + causes[0] + "\n" }
    return start + "\n" + causes.map { "* \($0)\n" }.joined()
  }
}
