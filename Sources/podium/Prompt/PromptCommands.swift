internal import ClusterClient
internal import Console
internal import Insight
internal import KubectlCommands
internal import KubernetesAPI
internal import LessonEngine
internal import LocalCluster

/// The commands of the prompt: kubectl's and the tutor's few words.
struct PromptCommands: CommandSet {
  let paths: ClusterPaths
  let packs: [Pack]
  /// Nil where nobody is taught: scripts and single commands.
  let tutor: Tutor?
  /// What remembers pods that are gone; nil where nothing lasts long enough for that.
  var recorder: PodRecorder?
  /// What completion knows of the cluster; nil where nobody presses Tab.
  var catalogue: ObjectCatalogue?
  /// Whether each command is to be traced.
  let tracing = TraceSwitch()
  let last = LastCommand()

  // MARK: The prompt

  /// Where commands go, and what is not as it usually is.
  func prompt(_ standing: ShellStanding) async -> Prompt {
    let cluster = chosenCluster()
    var remarks: [String] = []
    // Nobody waits for a cluster far away before the next line can be typed.
    if cluster.server == LocalConnection.address(paths), let remark = await nodeRemark(cluster.client) {
      remarks.append(remark)
    }
    if standing.jobs > 0 { remarks.append(standing.jobs == 1 ? "1 job" : "\(standing.jobs) jobs") }
    var text = StyledText("")
    if let place = await tutor?.place { text = text + StyledText("\(place) ", .heading) }
    text = text + "\(cluster.contextName)/\(cluster.namespace)"
    if !remarks.isEmpty { text = text + StyledText(" (\(remarks.joined(separator: ", ")))", .warning) }
    return Prompt(text + "> ")
  }

  /// Nil when every node is ready.
  private func nodeRemark(_ client: ClusterClient) async -> String? {
    guard let nodes = try? await client.list(Node.self).items else { return "cluster stopped" }
    let notReady = nodes.filter { !$0.isReady }
    switch (nodes.count, notReady.count) {
    case (0, _): return "no node"
    case (_, 0): return nil
    case (1, _): return "node not ready"
    default: return "\(notReady.count) of \(nodes.count) nodes not ready"
    }
  }

  // MARK: Running

  func owns(_ word: String) -> Bool {
    word == "kubectl" || word == "k" || word.hasPrefix("-") || Self.verbs.contains(word)
      || word == TraceWord.name || tutorWord(word) != nil || sightWord([word]) != nil
  }

  private static let verbs = Set(Kubectl.verbs.map(\.text))

  private func sightWord(_ words: [String]) -> SightWord? { SightWord.all.first { $0.name == words.first } }

  /// `why` without a name: about the last command, or else about the lesson.
  private func why(_ words: [String], _ streams: CommandStreams) async -> Outcome? {
    let arguments = words.dropFirst().filter { $0 != "--json" }
    guard words.first == "why", arguments.isEmpty || arguments == ["last"] else { return nil }
    // A lesson is what is on its reader's mind, unless a command has just failed.
    if arguments.isEmpty, last.record?.failure == nil, let tutor, await tutor.place != nil {
      return await tutorWord("why")?.run(TutorWord.Call(tutor: tutor, words: [], streams: streams))
    }
    let cluster = chosenCluster()
    let explanation = await WhyAlone.explanation(of: last.record, (cluster.client, cluster.namespace), recorder)
    var view = SightView(streams)
    view.isJSON = words.contains("--json")
    let sight = Sight(explanation, view)
    return .continue(exitCode: await SightWord.show(view, StreamsIO(streams: streams)) { sight })
  }

  private func tutorWord(_ word: String) -> TutorWord? {
    tutor == nil ? nil : TutorWord.all.first { $0.name == word }
  }

  func run(_ words: [String], _ streams: CommandStreams) async -> Outcome {
    if words.first == TraceWord.name { return await TraceWord.run(Array(words.dropFirst()), self, streams) }
    if tracing.isOn, owns(words[0]), tutorWord(words[0]) == nil, sightWord(words) == nil {
      return await TraceWord.trace(words, reads: false, self, streams)
    }
    return await perform(words, streams)
  }

  /// Runs a command without looking at what it sets off.
  func perform(_ words: [String], _ streams: CommandStreams) async -> Outcome {
    var words = words
    if let outcome = await why(words, streams) { return outcome }
    if let word = sightWord(words) {
      let cluster = chosenCluster()
      let code = await SightWord.run(
        word, Array(words.dropFirst()), (cluster.client, cluster.namespace), recorder, SightView(streams),
        StreamsIO(streams: streams))
      return .continue(exitCode: code)
    }
    if let first = words.first, let word = tutorWord(first), let tutor {
      last.note(nil)
      if !Self.wordsWithoutCluster.contains(word.name) {
        do {
          try await ClusterLauncher(paths: paths).ensureUsable()
        } catch {
          await streams.writeError("podium: \(error)\n")
        }
      }
      await tutor.waitForNextStep()
      return await word.run(TutorWord.Call(tutor: tutor, words: Array(words.dropFirst()), streams: streams))
    }
    if words.first == "kubectl" || words.first == "k" { words.removeFirst() }
    var context = LocalConnection.chosenContext(
      paths, searching: await filesFolders, namespace: tutor?.namespace)
    context.fillManifest = await tutor?.fillManifest
    context.variables = streams.variables
    context.understandsOldForms = true
    context.remarksOnTypingErrors = streams.appearance.isTerminal
    let io = KeepingIO(StreamsIO(streams: streams))
    let code = await Kubectl.run(words, context: context, io: io)
    // What goes on behind the prompt is not the last thing that was typed.
    if !streams.runsBehind {
      last.note(LastCommand.Record(words: words, exitCode: code, output: io.output, errors: io.errors))
    }
    await tutor?.noteCommand()
    return .continue(exitCode: code)
  }

  /// Where `-f NAME` finds the manifests of lessons.
  private var filesFolders: [String] {
    get async { await tutor?.filesFolders ?? packs.map(\.filesFolder) }
  }

  /// The cluster that commands are for now, and the namespace of the lesson that is under way.
  func chosenCluster(agent: String = "podium") -> ClusterConnection {
    LocalConnection.chosenCluster(paths, namespace: tutor?.namespace, agent: agent)
  }

  /// Programs that make clusters elsewhere: where notes begin with them, there is nothing left to do here.
  private static let clusterMakers: Set<String> = ["minikube", "kind", "k3d", "k3s", "microk8s", "kubeadm"]

  /// Words that end when they have told what they know.
  private static let tellingVerbs: Set<String> = [
    "api-resources", "api-versions", "config", "describe", "events", "explain", "get", "help", "logs", "options", "top",
  ]

  /// Words of the tutor that say what is known anyway; for the others a cluster that has ended is started again.
  private static let wordsWithoutCluster: Set<String> = ["debrief", "help", "lessons", "status", "task"]

  func tells(_ words: [String]) -> Bool {
    if tutorWord(words[0]) != nil {
      // What waits or speaks while it works is shown as it comes.
      return !["check", "skip"].contains(words[0])
    }
    if sightWord(words) != nil { return true }
    if tracing.isOn || words[0] == TraceWord.name { return false }
    if words.contains("--help") || words.contains("-h") { return true }
    guard let verb = words.first(where: Self.verbs.contains), Self.tellingVerbs.contains(verb) else { return false }
    // What waits for changes shows them as they come.
    return !words.contains { word in
      if word.hasPrefix("--") { return word.hasPrefix("--watch") || word.hasPrefix("--follow") }
      return word.hasPrefix("-") && word.contains(verb == "logs" ? "f" : "w")
    }
  }

  /// The tutor writes sections.
  func tellsInSections(_ words: [String]) -> Bool { tutorWord(words[0]) != nil }

  func complaint(about word: String) -> String {
    if Self.clusterMakers.contains(word) {
      return "podium: \(word): not needed here: the cluster of this prompt, \(paths.cluster), runs already"
    }
    if let resource = Resource.named(word) {
      return "podium: \(word): a kind of object; a command begins with what is to be done: get \(resource.plural)"
    }
    let known =
      ["kubectl", TraceWord.name] + Self.verbs.sorted() + SightWord.all.map(\.name)
      + (tutor == nil ? [] : TutorWord.all.map(\.name)) + Shell.words
    let complaint =
      "podium: \(word): neither a command of the prompt nor a program of this machine" + DidYouMean.text(word, known)
    last.note(LastCommand.Record(words: [word], exitCode: 127, errors: complaint))
    return complaint
  }

  /// Programs and loops of the machine's shell find the same kubectl.
  var programFolder: String? { paths.programs }

  var programVariables: [String: String] {
    var variables = ["PODIUM_CLUSTER": paths.cluster]
    variables["PODIUM_NAMESPACE"] = tutor?.namespace
    return variables
  }

  // MARK: Completion

  var firstWords: [Completion] {
    let own = tutor == nil ? [] : TutorWord.all.map { Completion($0.name, description: $0.summary) }
    let sights = SightWord.all.map { Completion($0.name, description: $0.summary) }
    let trace = Completion(TraceWord.name, description: TraceWord.summary)
    return own + [trace] + sights.filter { word in !own.contains { $0.text == word.text } }
      + Kubectl.verbs.map { Completion($0.text, description: $0.description) }
      + [Completion("kubectl", description: "a command for the cluster")]
  }

  func complete(_ words: [String], last: String) async -> [Completion] {
    if words == ["start"], let tutor {
      if last.hasPrefix(".") || last.hasPrefix("/") { return FileCompletion.candidates(last) }
      return await tutor.lessonNames.filter { $0.name.hasPrefix(last) }.map {
        Completion($0.name, description: $0.title)
      }
    }
    if words.first == TraceWord.name { return await completeTraced(Array(words.dropFirst()), last: last) }
    // Pods are named for these words as for kubectl's.
    if SightWord.all.contains(where: { $0.name == words.first }) {
      let kind = "pod/".hasPrefix(last) && words.count == 1 ? [Completion("pod/", addsSpace: false)] : []
      return kind
        + (await complete(
          ["get"] + (words.count == 1 && !last.contains("/") ? ["pods"] : words.dropFirst()), last: last))
    }
    let isNamed = words.first == "kubectl" || words.first == "k"
    var context = LocalConnection.chosenContext(
      paths, searching: await filesFolders, namespace: tutor?.namespace)
    context.cluster = chosenCluster()
    if context.cluster.server == LocalConnection.address(paths) { context.catalogue = catalogue }
    return await Kubectl.complete((isNamed ? Array(words.dropFirst()) : words) + [last], context: context).map {
      Completion($0.text, description: $0.description, addsSpace: !$0.goesOn)
    }
  }

  private func completeTraced(_ words: [String], last: String) async -> [Completion] {
    if !words.isEmpty { return await complete(words, last: last) }
    return (["on", "off", "-v"].map { Completion($0) } + firstWords).filter { $0.text.hasPrefix(last) }
  }
}
