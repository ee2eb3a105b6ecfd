internal import ClusterClient
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// `kubectl logs`: what containers have written.
enum Logs {
  static let allContainers = Flag.boolean("all-containers", "The logs of all containers, one after the other.")
  static let allPods = Flag.boolean("all-pods", "The logs of all pods that are found; each line says whose it is.")
  static let container = Flag.text("container", short: "c", values: .container, "The container whose log is meant.")
  static let follow = Flag.boolean("follow", short: "f", "Stay, and print what is written from now on.")
  static let ignoreErrors = Flag.boolean("ignore-errors", "With -f: go on with the other logs when one fails.")
  static let limitBytes = Flag.number("limit-bytes", default: 0, "Stop after this many bytes; 0 prints all.")
  static let maxLogRequests = Flag.number(
    "max-log-requests", default: 5, "With -f and a selector: how many logs may be followed at once.")
  static let podRunningTimeout = Flag.duration(
    "pod-running-timeout", default: "20s", "How long to wait for a pod to run.")
  static let prefix = Flag.boolean("prefix", "Put pod and container in front of each line.")
  static let previous = Flag.boolean("previous", short: "p", "The log of the container's run before this one.")
  static let since = Flag.duration("since", "Only what was written in this time until now, such as 5m.")
  static let sinceTime = Flag.text("since-time", "Only what was written after this moment (RFC 3339).")
  static let tail = Flag.number("tail", default: -1, "Only the last lines; -1 prints all, or 10 with a selector.")
  static let timestamps = Flag.boolean("timestamps", "Put the time in front of each line.")
  static let skipsBackendVerification = Flag.boolean(
    "insecure-skip-tls-verify-backend", "Do not check who the kubelet is.")

  static let usageProblem =
    "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command"

  static let command = Command(
    name: "logs", aliases: ["log"], group: .debugging,
    summary: "Print the logs for a container in a pod",
    details: ["Of a pod with several containers the first one is meant, unless -c names another."],
    examples: [
      Example("What the pod has written", "kubectl logs web"),
      Example("… and goes on to write", "kubectl logs -f web"),
      Example("The last lines of one container", "kubectl logs web -c sidecar --tail=20"),
      Example("What was written before the last restart", "kubectl logs web --previous"),
      Example("All pods of a label", "kubectl logs -l app=web --prefix"),
    ],
    usage: "logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER] [options]",
    flags: [
      allContainers.row, allPods.row, container.row, follow.row, ignoreErrors.row, skipsBackendVerification.row,
      limitBytes.row, maxLogRequests.row, podRunningTimeout.row, prefix.row, previous.row, SharedFlags.selector.row,
      since.row, sinceTime.row, tail.row, timestamps.row,
    ],
    arguments: .pods,
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    let selector = invocation[SharedFlags.selector]
    guard selector.isEmpty ? (1...2).contains(invocation.arguments.count) : invocation.arguments.isEmpty else {
      if !selector.isEmpty {
        throw Failure("only a selector (-l) or a POD name is allowed", helpFor: invocation.path)
      }
      throw Failure(usageProblem, helpFor: invocation.path)
    }
    if invocation[since] != .zero, !invocation[sinceTime].isEmpty {
      throw Failure("at most one of `sinceTime` or `sinceSeconds` may be specified")
    }
    if let problem = TimeText.problem(invocation[sinceTime]) { throw Failure(problem) }
    if invocation[limitBytes] < 0 { throw Failure("--limit-bytes must be greater than 0") }
    let named = invocation.arguments.count == 2 ? invocation.arguments[1] : invocation[container]
    if invocation[allContainers], !named.isEmpty {
      throw Failure("--all-containers=true should not be specified with container name \(named)")
    }
    if invocation[tail] < -1 { throw Failure("--tail must be greater than or equal to -1") }
    let pods = try await findPods(invocation)
    if pods.isEmpty {
      await invocation.io.printError("No resources found in \(invocation.namespace) namespace.\n")
      return 0
    }
    var sources: [LogSource] = []
    for pod in pods { sources += try await chooseContainers(pod, invocation) }
    if invocation[follow], sources.count > 1 {
      let limit = invocation[maxLogRequests]
      if !selector.isEmpty, sources.count > limit {
        throw Failure(
          "you are attempting to follow \(sources.count) log streams, but maximum allowed concurrency is \(limit), use --max-log-requests to increase the limit"
        )
      }
      try await followAll(sources, invocation)
    } else {
      for source in sources { try await print(source, invocation) }
    }
    return 0
  }

  private static func findPods(_ invocation: Invocation) async throws -> [Pod] {
    let namespace = invocation.namespace
    let selector = invocation[SharedFlags.selector]
    if !selector.isEmpty {
      return try await invocation.client.list(
        Pod.self, namespace: namespace, Selection(labelSelector: selector)
      ).items
    }
    do {
      return [try await PodArgument.find(invocation.arguments[0], invocation)]
    } catch let error as StatusError where error.isNotFound {
      throw Failure("error from server (NotFound): \(error.message) in namespace \"\(namespace)\"")
    }
  }

  private static func chooseContainers(_ pod: Pod, _ invocation: Invocation) async throws -> [LogSource] {
    func source(_ container: String) -> LogSource { LogSource(pod: pod, container: container) }
    if invocation[allContainers] {
      return pod.spec.initContainers.map { source($0.name ?? "") } + pod.spec.containers.map { source($0.name ?? "") }
        + pod.spec.ephemeralContainers.map { source($0.name ?? "") }
    }
    let given = invocation.arguments.count == 2 ? invocation.arguments[1] : invocation[container]
    return [source(try await PodContainers.choose(given, in: pod, invocation))]
  }

  private static func query(_ container: String, _ invocation: Invocation) -> [QueryItem] {
    var query = [QueryItem("container", container)]
    if invocation[follow] { query.append(QueryItem("follow", "true")) }
    if invocation[limitBytes] > 0 { query.append(QueryItem("limitBytes", String(invocation[limitBytes]))) }
    if invocation[previous] { query.append(QueryItem("previous", "true")) }
    if invocation[since] != .zero {
      // Part of a second counts as a whole one.
      let (seconds, attoseconds) = invocation[since].components
      query.append(QueryItem("sinceSeconds", String(seconds + (attoseconds > 0 ? 1 : 0))))
    }
    if !invocation[sinceTime].isEmpty { query.append(QueryItem("sinceTime", invocation[sinceTime])) }
    var lines = invocation[tail]
    if !invocation.isGiven(tail), !invocation[SharedFlags.selector].isEmpty { lines = 10 }
    if lines >= 0 { query.append(QueryItem("tailLines", String(lines))) }
    if invocation[timestamps] { query.append(QueryItem("timestamps", "true")) }
    return query
  }

  private static func print(_ source: LogSource, _ invocation: Invocation) async throws {
    let path = Pod.resource.path(namespace: source.pod.namespace, name: source.pod.name, subresource: "log")
    let stream = try await invocation.client.stream(
      "GET", path, query: query(source.container, invocation), accept: "*/*")
    defer { stream.cancel() }
    let hasPrefix = invocation[prefix] || invocation[allPods]
    var lines = PrefixedLines(prefix: hasPrefix ? "[pod/\(source.pod.name)/\(source.container)] " : "")
    while let chunk = try await withTaskCancellationHandler(
      operation: { try await stream.next() }, onCancel: stream.cancel)
    {
      try await invocation.io.write(lines.add(chunk))
    }
    try await invocation.io.write(lines.rest())
  }

  private static func followAll(_ sources: [LogSource], _ invocation: Invocation) async throws {
    let toleratesErrors = invocation[ignoreErrors]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for source in sources {
        group.addTask {
          do {
            try await print(source, invocation)
          } catch let error as StatusError where toleratesErrors {
            await invocation.io.printError("error: \(error.message)\n")
          }
        }
      }
      try await group.waitForAll()
    }
  }
}

private struct LogSource: Sendable {
  let pod: Pod
  let container: String
}

/// Puts a prefix in front of every line, and lets whole lines through only, so that logs do not mix within a line.
struct PrefixedLines {
  let prefix: [UInt8]
  private var pending: [UInt8] = []

  init(prefix: String) { self.prefix = Array(prefix.utf8) }

  mutating func add(_ chunk: [UInt8]) -> [UInt8] {
    if prefix.isEmpty { return chunk }
    var output: [UInt8] = []
    for byte in chunk {
      pending.append(byte)
      if byte != 0x0A { continue }
      output += prefix + pending
      pending = []
    }
    return output
  }

  mutating func rest() -> [UInt8] {
    defer { pending = [] }
    return pending.isEmpty ? [] : prefix + pending
  }
}

/// The written form of a moment.
private enum TimeText {
  /// What is wrong with it, in the words of stock kubectl; nil when it is fine, or not given.
  static func problem(_ text: String) -> String? {
    if text.isEmpty || Timestamp(text) != nil { return nil }
    let form = "2006-01-02T15:04:05Z07:00"
    return "parsing time \"\(text)\" as \"\(form)\": cannot parse \"\(text)\" as \"2006\""
  }
}
