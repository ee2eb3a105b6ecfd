internal import KubernetesAPI
internal import ObjectSchema

/// What containers have in common, and what holds them back.
enum IsolationStatement: Statement {
  case share([String], String, NamespaceKind, Bool)
  case limit(container: String, String, Limit, Int64, text: String)

  enum NamespaceKind: String, Sendable, CaseIterable {
    case network = "net"
    case ipc
    case uts
    case pid
    case mount = "mnt"
    case user

    var word: String {
      switch self {
      case .network: "network"
      case .mount: "mount"
      default: rawValue
      }
    }
  }

  enum Limit: String, Sendable, CaseIterable {
    case memory, cpu
  }

  static let forms: [Grammar.Form] = [
    Grammar.Form(
      "share-namespace", "containers {first} and {second} of pod {pod} share the {namespace} namespace"
    ) { holes throws(SentenceError) in try share(holes, true) },
    Grammar.Form(
      "separate-namespace", "containers {first} and {second} of pod {pod} do not share the {namespace} namespace"
    ) { holes throws(SentenceError) in try share(holes, false) },
    Grammar.Form("cgroup-limit", "cgroup {resource} limit of container {container} in pod {pod} is {amount}") {
      holes throws(SentenceError) in
      guard let limit = Limit(rawValue: holes["resource"].lowercased()) else {
        throw SentenceError(description: "there is no limit of \"\(holes["resource"])\": expected memory or cpu")
      }
      guard let amount = Quantity(holes["amount"]) else {
        throw SentenceError(description: "\"\(holes["amount"])\" is no amount: expected one like 64Mi or 500m")
      }
      return IsolationStatement.limit(
        container: holes["container"], holes["pod"], limit, limit == .memory ? amount.value : amount.milliValue,
        text: holes["amount"])
    },
  ]

  private static func share(_ holes: Grammar.Holes, _ shares: Bool) throws(SentenceError) -> any Statement {
    guard let kind = NamespaceKind.allCases.first(where: { $0.word == holes["namespace"].lowercased() }) else {
      let known = NamespaceKind.allCases.map(\.word).joined(separator: ", ")
      throw SentenceError(description: "there is no \(holes["namespace"]) namespace: expected one of \(known)")
    }
    return IsolationStatement.share([holes["first"], holes["second"]], holes["pod"], kind, shares)
  }

  var needs: Capability { .namespaces }

  var pod: String? {
    switch self {
    case .share(_, let pod, _, _), .limit(_, let pod, _, _, _): pod
    }
  }

  private var containers: [String] {
    switch self {
    case .share(let names, _, _, _): names
    case .limit(let name, _, _, _, _): [name]
    }
  }

  func judge(_ observation: Observation) async -> Finding {
    let name = pod ?? ""
    let look = "anatomy pod/\(name)"
    guard let pod = observation.pod(name) else {
      return .missing(.pod, name, expected: expected, observation)
    }
    return await observation.inquiry.anatomy(pod: pod).finding(expected: expected, look: look) { sight in
      for container in containers where sight.containers[container] == nil {
        let found = PodExplanation.lack(of: container, pod) ?? "container \(container) does not run"
        return Finding(
          .notYet, expected: expected, found: found, because: PodExplanation.cause(pod),
          look: "kubectl describe pod \(name)")
      }
      let members = containers.compactMap { sight.containers[$0] }
      switch self {
      case .share(_, _, let kind, let shares): return compare(members, kind, shares, look)
      case .limit(_, _, let limit, let amount, _): return judge(members[0], limit, amount, look)
      }
    }
  }

  private func compare(
    _ members: [PodSight.Member], _ kind: NamespaceKind, _ shares: Bool, _ look: String
  ) -> Finding {
    let inodes = members.compactMap { $0.namespaces[kind.rawValue] }
    guard inodes.count == members.count else {
      let hidden = zip(containers, members).filter { $0.1.namespaces[kind.rawValue] == nil }.map(\.0)
      return Finding(
        .cannotTell, expected: expected,
        found: "the \(kind.word) namespace of \(hidden.joined(separator: " and ")) cannot be seen", look: look)
    }
    let found =
      inodes[0] == inodes[1]
      ? "both have \(kind.word) namespace \(inodes[0])"
      : "\(containers[0]) has \(kind.word) namespace \(inodes[0]), \(containers[1]) has \(inodes[1])"
    return .of((inodes[0] == inodes[1]) == shares, expected: expected, found: found, look: look)
  }

  private func judge(_ member: PodSight.Member, _ limit: Limit, _ amount: Int64, _ look: String) -> Finding {
    guard member.hasCgroup else {
      return Finding(
        .cannotTell, expected: expected,
        found: "\(containers[0]) has no cgroup that can be seen: its node sets no limits, or does not show them",
        look: look)
    }
    guard let found = limit == .memory ? member.memoryLimit : member.cpuMillicores else {
      return Finding(.notYet, expected: expected, found: "no \(limit.rawValue) limit", look: look)
    }
    let text = limit == .cpu ? "\(found)m" : found % 1024 == 0 ? "\(found / 1024)Ki" : "\(found)"
    return .of(
      found == amount, expected: expected, found: "\(limit.rawValue) limit is \(Quantity(text)?.text ?? text)",
      look: look)
  }

  var expected: String {
    switch self {
    case .share(let names, _, let kind, let shares):
      "\(names.joined(separator: " and ")) \(shares ? "have one" : "have each their own") \(kind.word) namespace"
    case .limit(let container, _, let limit, _, let text): "\(limit.rawValue) limit of \(container) is \(text)"
    }
  }
}
