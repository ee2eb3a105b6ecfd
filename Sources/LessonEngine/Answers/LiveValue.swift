internal import KubernetesAPI

/// Something that an answer can be compared with, because the cluster knows it: `ip of pod web`.
struct LiveValue: Sendable {
  /// Every way to say it counts; empty when it is not known yet.
  let read: @Sendable (Observation) async -> [String]
  let pattern: String

  fileprivate struct Form: Sendable {
    let pattern: String
    let read: @Sendable ([String: String], Observation) async -> [String]
  }

  private static let forms: [Form] = [
    Form("ip of pod {pod}") { pod in pod.status.podIP },
    Form("node of pod {pod}") { pod in pod.spec.nodeName },
    Form("uid of pod {pod}") { pod in pod.uid },
    Form("phase of pod {pod}") { pod in pod.status.phase },
    Form("status of pod {pod}") { pod in PodSummary(pod).status },
    Form("qos class of pod {pod}") { pod in pod.status.qosClass },
    Form("restart policy of pod {pod}") { pod in pod.spec.restartPolicy },
    Form("service account of pod {pod}") { pod in pod.spec.serviceAccountName },
    Form("hostname of pod {pod}") { pod in pod.spec.hostname ?? pod.name },
    Form("number of containers of pod {pod}") { pod in "\(pod.spec.containers.count)" },
    Form("containers of pod {pod}") { pod in PodExplanation.containers(pod).joined(separator: ", ") },
    Form("grace period of pod {pod}") { pod in pod.spec.terminationGracePeriodSeconds.map { "\($0)" } },
    Form(container: "image") { pod, name in pod.container(name)?.image },
    Form(container: "image id") { pod, name in pod.status(ofContainer: name)?.imageID },
    Form(container: "container id") { pod, name in pod.status(ofContainer: name)?.containerID },
    Form(container: "restart count") { pod, name in pod.status(ofContainer: name)?.restartCount.map { "\($0)" } },
    Form(container: "exit code") { pod, name in
      let status = pod.status(ofContainer: name)
      return (status?.state.terminated ?? status?.lastState.terminated)?.exitCode.map { "\($0)" }
    },
    Form(container: "waiting reason") { pod, name in pod.status(ofContainer: name)?.state.waiting?.reason },
    Form(pattern: "number of pods") { _, observation in ["\(observation.pods().count)"] },
    Form(pattern: "message of event {event} of pod {pod}") { holes, observation in
      observation.events(.pod, holes["pod"] ?? "").filter { $0.reason == holes["event"] }.compactMap(\.event.message)
    },
    Form(pattern: "content of file {path} in pod {pod}") { holes, observation in
      guard let pod = observation.pod(holes["pod"] ?? ""),
        case .seen(.file(let content, _)) = await observation.inquiry.file(
          holes["path"] ?? "", pod: pod, container: nil)
      else { return [] }
      return [content.trimmed()]
    },
  ]

  /// Nil when the text is no form of a live value, and so the answer itself.
  init?(_ text: String) {
    guard let words = try? SentenceWord.split(text) else { return nil }
    for form in Self.forms {
      guard let holes = Self.match(form.pattern, words) else { continue }
      pattern = form.pattern
      read = { observation in await form.read(holes, observation) }
      return
    }
    return nil
  }

  /// The pod that it is about, for authors' mistakes.
  static var patterns: [String] { forms.map(\.pattern) }

  private static func match(_ pattern: String, _ words: [SentenceWord]) -> [String: String]? {
    let parts = pattern.split(separator: " ")
    guard parts.count == words.count else { return nil }
    var holes: [String: String] = [:]
    for (part, word) in zip(parts, words) {
      if part.hasPrefix("{") {
        holes[String(part.dropFirst().dropLast())] = word.text
      } else if !word.isKeyword(part.lowercased()) {
        return nil
      }
    }
    return holes
  }
}

extension LiveValue.Form {
  fileprivate init(_ pattern: String, _ value: @escaping @Sendable (Pod) -> String?) {
    self.init(pattern: pattern) { holes, observation in
      observation.pod(holes["pod"] ?? "").flatMap(value).map { [$0] } ?? []
    }
  }

  fileprivate init(container what: String, _ value: @escaping @Sendable (Pod, String) -> String?) {
    self.init("\(what) of container {container} in pod {pod}", value)
  }

  private init(_ pattern: String, _ value: @escaping @Sendable (Pod, String) -> String?) {
    self.init(pattern: pattern) { holes, observation in
      observation.pod(holes["pod"] ?? "").flatMap { value($0, holes["container"] ?? "") }.map { [$0] } ?? []
    }
  }
}
