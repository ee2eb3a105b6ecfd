/// What the command line asks for.
struct Arguments {
  enum Group: String, CaseIterable {
    case api, cluster, repl, lessons, runtime, pods

    /// Whether a cluster that somebody else runs can be asked for it.
    var needsOnlyTheAPI: Bool { self == .api || self == .pods }
  }

  static let usage = """
    Usage: podium-bench [--runs N] [--json] [--tls] [api] [cluster] [repl] [lessons] [runtime] [pods]
           podium-bench [--runs N] [--json] --against KUBECONFIG [api] [pods]

      api      requests through the socket (or TLS with --tls), watches, start and memory of the control plane
      cluster  from nothing to a cluster, and back
      repl     from the command to the prompt, keys, completion with 5,000 pods, and kubectl beside the stock one
      lessons  the list of lessons, from a lesson's name to its first task, from a change to its tick, the proof of the pack
      runtime  containers, pods and exec of a node without Kubernetes, beside crun, runc, bwrap and podman
      pods     from POST to Running and Ready, restarts, probes, ends; the first start, rest, memory and 500 pods

      --crowds 1,20,100  how many pods are started at once
      --resting 100      how many pods are there while the processors are looked at; 0 leaves it out
      --rest 20          for how many seconds
      --most 500         how many pods there are at most; 0 leaves it out
      --known 5000       how many pods there are to be completed
      --proofs 1         how many times the built-in lessons are proved; 0 leaves it out
      --image busybox    what the measured pods are made of: any image with sh, sleep and touch

    --against measures another cluster through its API alone, in a namespace that is made for it and removed.
    --json prints all figures with every single value when everything is measured.
    """

  var runs: Int?
  var kubeconfig: String?
  var overTLS = false
  var asJSON = false
  var asksForHelp = false
  var knownPods = 5_000
  var pods = PodRows.Settings()
  var own = OwnPodRows.Settings()
  var lessons = LessonRows.Settings()
  private var chosen: [Group] = []

  var groups: [Group] {
    if !chosen.isEmpty { return chosen }
    return Group.allCases.filter { kubeconfig == nil || $0.needsOnlyTheAPI }
  }

  init(_ words: [String]) throws {
    var words = words[...]
    func value(of option: String, _ what: String) throws -> String {
      guard let value = words.popFirst() else { throw BenchmarkProblem("\(option) needs \(what)\n\(Self.usage)") }
      return value
    }
    func number(_ text: String, of option: String, atLeast least: Int) throws -> Int {
      guard let number = Int(text), number >= least else {
        throw BenchmarkProblem("\(option) needs a number from \(least) on, not \"\(text)\"\n\(Self.usage)")
      }
      return number
    }
    while let word = words.popFirst() {
      switch word {
      case "--runs": runs = try number(try value(of: word, "a number"), of: word, atLeast: 1)
      case "--against": kubeconfig = try value(of: word, "a file")
      case "--tls": overTLS = true
      case "--json": asJSON = true
      case "--crowds":
        pods.crowds = try value(of: word, "numbers").split(separator: ",").map {
          try number(String($0), of: word, atLeast: 1)
        }
      case "--resting": own.resting = try number(try value(of: word, "a number"), of: word, atLeast: 0)
      case "--rest": own.rest = .seconds(try number(try value(of: word, "seconds"), of: word, atLeast: 1))
      case "--most": own.most = try number(try value(of: word, "a number"), of: word, atLeast: 0)
      case "--known": knownPods = try number(try value(of: word, "a number"), of: word, atLeast: 2_000)
      case "--proofs": lessons.proofs = try number(try value(of: word, "a number"), of: word, atLeast: 0)
      case "--image": pods.image = try value(of: word, "a name")
      case "--help": asksForHelp = true
      default:
        guard let group = Group(rawValue: word) else {
          throw BenchmarkProblem("unknown word \"\(word)\"\n\(Self.usage)")
        }
        chosen.append(group)
      }
    }
    if let other = chosen.first(where: { !$0.needsOnlyTheAPI }), kubeconfig != nil {
      throw BenchmarkProblem("\(other.rawValue) is measured on this machine, not with --against\n\(Self.usage)")
    }
    if let runs {
      pods.runs = runs
      own.runs = runs
      lessons.runs = runs
    }
  }
}
