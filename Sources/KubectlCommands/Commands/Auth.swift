internal import Documents
internal import KubernetesAPI

/// `kubectl auth`: who one is, and what one may do.
enum Auth {
  static let quiet = Flag.boolean("quiet", short: "q", "Answer by the exit code alone.")
  static let list = Flag.boolean("list", "Everything that one may do in the namespace.")
  static let subresource = Flag.text("subresource", "A part of the resource, such as log.")

  static let command = Command(
    name: "auth", group: .cluster,
    summary: "Inspect authorization",
    examples: [
      Example("May I?", "kubectl auth can-i create pods"),
      Example("Who am I?", "kubectl auth whoami"),
    ],
    usage: "auth [flags] [options]",
    subcommands: [canI, whoAmI])

  private static let resourceVerbs: Set<String> = [
    "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "use", "bind", "impersonate",
    "*", "approve", "sign", "escalate", "attest",
  ]
  private static let pathVerbs: Set<String> = ["get", "put", "post", "head", "options", "delete", "patch", "*"]

  // MARK: May I?

  private static let canI = Command(
    name: "can-i",
    summary: "Check whether an action is allowed",
    details: ["Ends with exit code 1 when the answer is no."],
    examples: [
      Example("In this namespace", "kubectl auth can-i create pods"),
      Example("Somebody else", "kubectl auth can-i delete nodes --as=anna"),
      Example("Everything", "kubectl auth can-i --list"),
    ],
    usage: "auth can-i VERB [TYPE | TYPE/NAME | NONRESOURCEURL] [options]",
    flags: [SharedFlags.allNamespaces.row, list.row, SharedFlags.noHeaders.row, quiet.row, subresource.row],
    run: { invocation in
      if invocation[list] { return try await listRules(invocation) }
      guard invocation.arguments.count == 2 else {
        throw Failure(
          "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples."
        )
      }
      return try await ask(invocation)
    })

  private static func ask(_ invocation: Invocation) async throws -> Int32 {
    let (verb, word) = (invocation.arguments[0], invocation.arguments[1])
    let namespace = invocation[SharedFlags.allNamespaces] ? "" : invocation.namespace
    func warn(_ text: String) async { await invocation.io.printError("Warning: \(text)\n\n") }
    var spec: Document
    if word.hasPrefix("/") {
      if !invocation[subresource].isEmpty { throw Failure("--subresource can not be used with NonResourceURL") }
      if !pathVerbs.contains(verb) { await warn("verb '\(verb)' is not a known verb") }
      spec = ["nonResourceAttributes": ["path": .string(word), "verb": .string(verb)]]
    } else {
      let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      var attributes: Document = [
        "namespace": .string(namespace), "resource": .string(parts[0]), "verb": .string(verb),
      ]
      if parts.count == 2 { attributes["name"] = .string(parts[1]) }
      if !invocation[subresource].isEmpty { attributes["subresource"] = .string(invocation[subresource]) }
      if parts[0] != "*" {
        if let kind = try? await invocation.discovery.find(parts[0]) {
          attributes["resource"] = .string(kind.plural)
          if !kind.group.isEmpty { attributes["group"] = .string(kind.group) }
          if !kind.isNamespaced, !invocation[SharedFlags.allNamespaces] {
            let group = kind.group.isEmpty ? "" : " in group '\(kind.group)'"
            await warn("resource '\(kind.plural)' is not namespace scoped\(group)")
          }
        } else {
          await invocation.io.printError("Warning: the server doesn't have a resource type '\(parts[0])'\n\n")
        }
      }
      if !invocation[SharedFlags.allNamespaces], !resourceVerbs.contains(verb) {
        await warn("verb '\(verb)' is not a known verb")
      }
      spec = ["resourceAttributes": attributes]
    }
    if invocation[SharedFlags.noHeaders] { throw Failure("--no-headers cannot be set without --list specified") }
    let review: Document = ["apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": spec]
    let answer = try await invocation.calls.send(
      "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body: review.json())
    let isAllowed = answer["status"]?["allowed"]?.boolValue ?? false
    var text = isAllowed ? "yes" : "no"
    if !isAllowed {
      for field in ["reason", "evaluationError"] {
        if let words = answer["status"]?[field]?.stringValue, !words.isEmpty { text += " - \(words)" }
      }
    }
    if !invocation[quiet] { try await invocation.io.print(text + "\n") }
    return isAllowed ? 0 : 1
  }

  private static func listRules(_ invocation: Invocation) async throws -> Int32 {
    if !invocation.arguments.isEmpty { throw Failure("list option must be specified with no arguments") }
    if invocation[quiet] || invocation[SharedFlags.allNamespaces] || !invocation[subresource].isEmpty {
      throw Failure("list option can't be specified with neither quiet, all-namespaces nor subresource options")
    }
    let review: Document = [
      "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview",
      "spec": ["namespace": .string(invocation.namespace)],
    ]
    let status = try await invocation.calls.send(
      "POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", body: review.json())["status"]
    func words(_ rule: Document, _ key: String) -> [String] {
      (rule[key]?.listValue ?? []).compactMap(\.stringValue)
    }
    func brackets(_ words: [String]) -> String { "[\(words.joined(separator: " "))]" }
    var text = AlignedText.table
    if !invocation[SharedFlags.noHeaders] { text.write("Resources\tNon-Resource URLs\tResource Names\tVerbs\n") }
    for rule in status?["resourceRules"]?.listValue ?? [] {
      for group in words(rule, "apiGroups") {
        for resource in words(rule, "resources") {
          let name = group.isEmpty ? resource : "\(resource).\(group)"
          text.write(
            "\(name)\t[]\t\(brackets(words(rule, "resourceNames")))\t\(brackets(words(rule, "verbs")))\n")
        }
      }
    }
    for rule in status?["nonResourceRules"]?.listValue ?? [] {
      text.write("\t\(brackets(words(rule, "nonResourceURLs")))\t[]\t\(brackets(words(rule, "verbs")))\n")
    }
    try await invocation.io.print(text.take())
    return 0
  }

  // MARK: Who am I?

  private static let whoAmI = Command(
    name: "whoami",
    summary: "Experimental: Check self subject attributes",
    examples: [Example("As whom the server sees one", "kubectl auth whoami")],
    usage: "auth whoami [options]",
    flags: SharedFlags.objectOutput,
    run: { invocation in
      let review: Document = ["apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"]
      let answer = try await invocation.calls.send(
        "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", body: review.json())
      if var printer = try invocation.objectPrinter() {
        if case .json = printer.format {
          let schema = Resource.find(apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview")?.schema
          try await invocation.io.print(answer.inOrder(of: schema).jsonText(indentedBy: 4) + "\n")
        } else {
          try await invocation.io.print(try printer.text(answer))
        }
        return 0
      }
      let user = answer["status"]?["userInfo"]
      var text = AlignedText.table
      text.write("ATTRIBUTE\tVALUE\n")
      for (head, key) in [("Username", "username"), ("UID", "uid")] {
        if let value = user?[key]?.stringValue, !value.isEmpty { text.write("\(head)\t\(value)\n") }
      }
      func words(_ list: Document?) -> String {
        "[\((list?.listValue ?? []).map(\.plainText).joined(separator: " "))]"
      }
      if let groups = user?["groups"], groups.listValue?.isEmpty == false { text.write("Groups\t\(words(groups))\n") }
      for entry in user?["extra"]?.mapValue?.sorted().entries ?? [] {
        text.write("Extra: \(entry.key)\t\(words(entry.value))\n")
      }
      try await invocation.io.print(text.take())
      return 0
    })
}
