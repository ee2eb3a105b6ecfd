internal import KubernetesAPI

/// Something that an answer can be compared with, because the cluster knows it: `ip of pod web`.
struct LiveValue: Sendable {
  /// Every way to say it counts; empty when it is not known yet.
  let read: @Sendable (Observation) async -> [String]
  let pattern: String

  /// Read as the forms of sentences are.
  fileprivate struct Form: Sendable {
    let pattern: String
    let read: @Sendable (Grammar.Holes, Observation) async -> [String]
    private let readings: [[Grammar.Part]]

    init(_ pattern: String, _ read: @escaping @Sendable (Grammar.Holes, Observation) async -> [String]) {
      self.pattern = pattern
      self.read = read
      readings = Grammar.Part.readings(of: pattern)
    }

    func match(_ words: [SentenceWord]) -> Grammar.Holes? {
      readings.lazy.compactMap { Grammar.match($0, words) }.first
    }
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
    Form("number of pods") { _, observation in ["\(observation.pods().count)"] },
    Form("message of event {event} of pod {pod}") { holes, observation in
      observation.allEvents(.pod, holes["pod"]).filter { $0.reason == holes["event"] }.compactMap(\.message)
    },
    Form("content of file {path} in pod {pod} [, container {container}]") { holes, observation in
      guard let pod = observation.pod(holes["pod"]),
        case .seen(.file(let content, _)) = await observation.inquiry.file(
          holes["path"], pod: pod, container: holes.texts["container"])
      else { return [] }
      return [content.trimmed()]
    },
  ]

  /// Nil when the text is no form of a live value, and so the answer itself.
  init?(_ text: String) {
    guard let words = try? SentenceWord.split(text) else { return nil }
    for form in Self.forms {
      guard let holes = form.match(words) else { continue }
      pattern = form.pattern
      read = { observation in await form.read(holes, observation) }
      return
    }
    return nil
  }

  /// The pod that it is about, for authors' mistakes.
  static var patterns: [String] { forms.map(\.pattern) }
}

extension LiveValue.Form {
  fileprivate init(_ pattern: String, _ value: @escaping @Sendable (Pod) -> String?) {
    self.init(pattern) { holes, observation in
      observation.pod(holes["pod"]).flatMap(value).map { [$0] } ?? []
    }
  }

  fileprivate init(container what: String, _ value: @escaping @Sendable (Pod, String) -> String?) {
    self.init("\(what) of container {container} in pod {pod}") { holes, observation in
      observation.pod(holes["pod"]).flatMap { value($0, holes["container"]) }.map { [$0] } ?? []
    }
  }
}
