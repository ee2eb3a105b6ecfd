internal import ClusterClient
internal import Console
internal import Documents
internal import Insight
internal import KubectlCommands
internal import KubernetesAPI

/// A word that shows what happened to an object, and why.
struct SightWord: Sendable {
  struct Call: Sendable {
    let client: ClusterClient
    let recorder: PodRecorder?
    let namespace: String
    let resource: Resource
    let name: String
    let view: SightView
  }

  let name: String
  let summary: String
  /// Whether it has something to say of every kind, or of pods alone.
  var takesAnyKind = false
  let run: @Sendable (Call) async throws -> Sight

  static let all: [SightWord] = [
    SightWord(name: "why", summary: "say why a pod, or another object, is as it is: why pod/NAME", takesAnyKind: true) {
      call in
      let explanation =
        call.resource.kind == "Pod"
        ? try await PodStory.gather(call.client, namespace: call.namespace, name: call.name).why()
        : try await ObjectStory.gather(call.client, call.resource, namespace: call.namespace, name: call.name).why()
      return Sight(explanation, call.view)
    },
    SightWord(name: "anatomy", summary: "show what a pod is made of: anatomy pod/NAME") { call in
      let anatomy = try await PodAnatomy.gather(call.client, namespace: call.namespace, name: call.name)
      return Sight(lines: anatomy.lines(isSpoken: call.view.isSpoken), document: anatomy.document)
    },
    SightWord(name: "timeline", summary: "draw what a pod has lived through: timeline pod/NAME", run: timeline),
  ]

  @Sendable
  private static func timeline(_ call: Call) async throws -> Sight {
    var past = call.recorder?.past(namespace: call.namespace, name: call.name)
    do throws(StatusError) {
      let story = try await PodStory.gather(call.client, namespace: call.namespace, name: call.name)
      if past == nil || past?.pod.metadata.uid != story.pod.metadata.uid { past = PodPast(story) }
      past?.events = story.events
    } catch {
      // What is gone may still be remembered.
      guard error.isNotFound, let known = past else { throw error }
      past?.events = await PodStory.events(of: known.pod, call.client)
    }
    guard let past else { return Sight(lines: [], document: [:]) }
    let timeline = Timeline(past)
    return Sight(
      lines: timeline.lines(width: call.view.width, drawsAxis: !call.view.isSpoken), document: timeline.document)
  }

  /// Understands `pod/web`, `pods web`, `web`, `-n NAMESPACE` and `--json`.
  static func run(
    _ word: SightWord, _ arguments: [String], _ cluster: (client: ClusterClient, namespace: String),
    _ recorder: PodRecorder?, _ view: SightView, _ io: any CommandIO
  ) async -> Int32 {
    var (namespace, names): (String, [String]) = (cluster.namespace, [])
    var view = view
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "-n" || argument == "--namespace" {
        namespace = rest.popFirst() ?? namespace
      } else if argument.hasPrefix("--namespace=") {
        namespace = String(argument.dropFirst("--namespace=".count))
      } else if argument == "--json" {
        view.isJSON = true
      } else {
        names.append(argument)
      }
    }
    if names.count == 1, let slash = names[0].firstIndex(of: "/") {
      names = [String(names[0][..<slash]), String(names[0][names[0].index(after: slash)...])]
    }
    let kind = names.count == 2 ? Resource.named(names[0]) : Pod.resource
    guard let name = names.last, names.count < 3, names.count == 2 || Resource.named(name) == nil, !name.isEmpty,
      let kind, word.takesAnyKind || kind.kind == "Pod"
    else {
      let example = word.takesAnyKind ? "why pod/NAME, why deploy/NAME, why node/NAME" : "\(word.name) pod/NAME"
      await io.printError(
        "\(word.name) takes one \(word.takesAnyKind ? "object" : "pod"): \(example); get pods lists them\n")
      return 2
    }
    // A name alone is a pod's, or else whatever bears it.
    let others = names.count == 1 && word.takesAnyKind ? Self.others : []
    return await show(view, io) {
      for resource in [kind] + others {
        do {
          return try await word.run(
            Call(
              client: cluster.client, recorder: recorder, namespace: namespace, resource: resource, name: name,
              view: view))
        } catch let error as StatusError {
          if !error.isNotFound { throw error }
        }
      }
      let missing = FailedCommand(
        words: [kind.plural + "/" + name], exitCode: 1, errors: "(NotFound): \(kind.plural) \"\(name)\" not found")
      var explanation = await missing.why(cluster.client, namespace: namespace) {
        recorder?.past(namespace: $0, name: $1)
      }
      explanation.next = explanation.next.map {
        $0.hasPrefix("kubectl \(kind.plural)/") ? word.name + $0.dropFirst("kubectl".count) : $0
      }
      throw NothingThere(sight: Sight(explanation, view))
    }
  }

  private static let others = [
    Deployment.resource, Service.resource, Job.resource, DaemonSet.resource, ReplicaSet.resource, Node.resource,
  ]

  private struct NothingThere: Error {
    let sight: Sight
  }

  /// Shows what was found, or says why nothing was.
  static func show(_ view: SightView, _ io: any CommandIO, _ look: () async throws -> Sight) async -> Int32 {
    func tell(_ sight: Sight) async throws {
      let text = view.isJSON ? [sight.document.jsonText(indentedBy: 2)] : sight.lines
      for line in text { try await io.print(line.hasSuffix("\n") ? line : line + "\n") }
    }
    do {
      try await tell(try await look())
      return 0
    } catch let missing as NothingThere {
      try? await tell(missing.sight)
      return 1
    } catch let error as StatusError {
      await io.printError("Error from server (\(error.reason)): \(error.message)\n")
      return 1
    } catch {
      return 141
    }
  }
}

/// What one of these words has found.
struct Sight: Sendable {
  var lines: [String]
  var document: Document

  init(lines: [String], document: Document) {
    self.lines = lines
    self.document = document
  }

  init(_ explanation: Explanation, _ view: SightView) {
    lines = explanation.lines(
      width: view.isTerminal ? min(view.width, TextReflow.widestProse) : .max, isSpoken: view.isSpoken)
    document = explanation.document
  }
}

/// How it is to be shown.
struct SightView: Sendable {
  var width: Int
  var isTerminal: Bool
  /// For those who hear it: no drawing, and each line says what it is about.
  var isSpoken: Bool
  var isJSON = false

  /// For those who read it later.
  static let written = SightView()

  private init() { (width, isTerminal, isSpoken) = (80, false, false) }

  init(_ streams: CommandStreams) {
    let appearance = streams.appearance
    // The window may have another size than it had at the beginning.
    width = appearance.isTerminal ? WindowSize.of(streams.session.output)?.columns ?? appearance.width : 80
    isTerminal = appearance.isTerminal
    isSpoken = appearance.isAccessible
  }
}
