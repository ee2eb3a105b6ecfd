import Documents
import ObjectSchema
import TestSupport
import Testing

@testable import KubernetesAPI

/// Objects, patches, selectors and frames that no client of good will would send: nothing traps, and whatever is taken is
/// the same when it is written and read again.
@Suite(.timeLimit(.minutes(2))) struct ObjectFuzzTests {
  private static let pod = """
    {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"b","labels":{"x":"1"},"annotations":{"y":"2"},
    "finalizers":["f/g"],"ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"n","uid":"u","controller":true}],
    "creationTimestamp":"2026-01-01T00:00:00Z","deletionGracePeriodSeconds":5,"generateName":"a-"},
    "spec":{"containers":[{"name":"c","image":"i","command":["a"],"ports":[{"containerPort":80,"protocol":"TCP"}],
    "env":[{"name":"E","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],"resources":{"limits":{"cpu":"500m",
    "memory":"64Mi"},"requests":{"cpu":"1e3"}},"livenessProbe":{"httpGet":{"path":"/","port":"web"},"periodSeconds":3},
    "volumeMounts":[{"name":"v","mountPath":"/v"}],"securityContext":{"runAsUser":1}}],
    "initContainers":[{"name":"i","image":"i","restartPolicy":"Always"}],"volumes":[{"name":"v","emptyDir":{"sizeLimit":"1Gi"}}],
    "tolerations":[{"key":"k","operator":"Exists","tolerationSeconds":300}],"nodeSelector":{"a":"b"},"priority":0,
    "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":
    [{"key":"k","operator":"In","values":["v"]}]}]}}},"terminationGracePeriodSeconds":30,"activeDeadlineSeconds":9},
    "status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}],"podIP":"10.0.0.1"}}
    """

  @Test func podsAreTakenOrRefused() async throws {
    let base = try Document.parse(json: Self.pod)
    await Fuzz.run(rounds: 1_500) { random in
      let document = Self.damaged(base, &random)
      let (object, report) = Pod.resource.decode(document)
      if !report.mismatches.isEmpty {
        if report.mismatches.contains(where: \.message.isEmpty) {
          throw Fuzz.Broken("no reason: \(document.jsonText())")
        }
        return
      }
      var kept = object
      Pod.resource.applyDefaults(&kept)
      for error in Pod.resource.check(kept) where error.message.isEmpty {
        throw Fuzz.Broken("no reason at \(error.path): \(document.jsonText())")
      }
      let written = kept.document()
      let again = Pod.resource.decode(try Document.parse(json: written.json())).object.document()
      if again != written { throw Fuzz.Broken("\(written.jsonText()) is read as \(again.jsonText())") }
      // What defaults have filled in is not filled in again.
      var settled = kept
      Pod.resource.applyDefaults(&settled)
      if settled.document() != written { throw Fuzz.Broken("defaults are not settled for \(document.jsonText())") }
    }
  }

  @Test func podsAreShownAsRows() async throws {
    let base = try Document.parse(json: Self.pod)
    await Fuzz.run(rounds: 500) { random in
      let (object, report) = Pod.resource.decode(Self.damaged(base, &random))
      guard report.mismatches.isEmpty else { return }
      let cells = Pod.resource.cells(object, now: Timestamp(seconds: 1_800_000_000))
      if cells.count != Pod.resource.columns.count { throw Fuzz.Broken("\(cells.count) cells") }
    }
  }

  @Test func strategicPatchesAreAppliedOrRefused() async throws {
    let base = try Document.parse(json: Self.pod)
    let directives = ["$patch", "$retainKeys", "$setElementOrder/containers", "$deleteFromPrimitiveList/finalizers"]
    await Fuzz.run(rounds: 1_500) { random in
      var patch = Self.damaged(base, &random)
      let directive = directives.randomElement(using: &random)!
      let values: [Document] = ["delete", "replace", ["name"], [["name": "c"]], [.null], [:], "merge"]
      let place = ["spec", "metadata"].randomElement(using: &random)!
      patch[place]?[directive] = values.randomElement(using: &random)!
      let document = Self.damaged(base, &random)
      do {
        let merged = try AnySchema(Pod.self).merging(patch, into: document)
        if try Document.parse(json: merged.json()).json() != merged.json() { throw Fuzz.Broken("\(patch.jsonText())") }
        _ = Pod.resource.decode(merged)
      } catch let failure as StrategicMergeFailure {
        if failure.message.isEmpty { throw Fuzz.Broken("refused without a reason: \(patch.jsonText())") }
      }
    }
  }

  /// A patch without directives, applied twice, is the same as once; an element that shall not have its key is made anew
  /// each time.
  @Test func strategicPatchesAreSettled() async throws {
    let base = try Document.parse(json: Self.pod)
    await Fuzz.run(rounds: 500) { random in
      let patch = Self.damaged(base, &random)
      if patch.jsonText().contains(":null") { return }
      guard let once = try? AnySchema(Pod.self).merging(patch, into: base) else { return }
      let twice = try AnySchema(Pod.self).merging(patch, into: once)
      if twice != once { throw Fuzz.Broken("\(patch.jsonText())\ngives \(once.jsonText())\nthen \(twice.jsonText())") }
    }
  }

  @Test func selectorsAreReadOrRefused() async {
    let labels = ["a=b", "a in (b,c),d notin (e)", "!a,b", "a==b,c!=d", "x/y in (1)", "a>1,b<2"]
    let fields = ["metadata.name=a", "status.phase!=Running,spec.nodeName=", "a==b", "a=b\\,c\\=d\\\\"]
    let pieces = ["(", ")", ",", "=", "!", "in", " notin ", "==", "!=", "<", "\\", " ", "/", ".", "é", "\u{301}", "-"]
    await Fuzz.run(rounds: 8_000) { random in
      func text(_ texts: [String]) -> String {
        String(
          decoding: Fuzz.mutate(Array(texts.randomElement(using: &random)!.utf8), with: pieces, &random), as: UTF8.self)
      }
      let label = text(labels)
      do {
        _ = try LabelQuery(label).matches(["a": "b", "d": "1"])
      } catch let failure as LabelQuery.ParseFailure {
        if failure.message.isEmpty { throw Fuzz.Broken("refused without a reason: \(label)") }
      }
      let field = text(fields)
      do {
        _ = try FieldQuery(field).matches(["metadata.name": "a"])
      } catch let failure as FieldQuery.ParseFailure {
        if failure.message.isEmpty { throw Fuzz.Broken("refused without a reason: \(field)") }
      }
    }
  }

  @Test func framesComeOutAsTheyWentInHoweverTheyAreCut() async {
    await Fuzz.run(rounds: 500) { random in
      let frames = (0..<Int.random(in: 1...5, using: &random)).map { _ in
        WebSocketFrame(
          opcode: [.binary, .text, .continuation].randomElement(using: &random)!,
          payload: (0..<[0, 1, 125, 126, 3_000].randomElement(using: &random)!).map {
            UInt8(truncatingIfNeeded: $0 &* 31)
          },
          isFinal: true)
      }
      var bytes = frames.flatMap { $0.encoded(mask: [1, 2, 3, 4]) }
      let isDamaged = Bool.random(using: &random)
      if isDamaged { bytes = Fuzz.mutate(bytes, with: ["\u{7F}", "\0\0\0\0\0\0\0\0"], &random) }
      var parser = WebSocketFrameParser(expectsMask: true, payloadLimit: 10_000)
      var found: [WebSocketFrame] = []
      var rest = bytes[...]
      do {
        while !rest.isEmpty {
          let piece = rest.prefix(Int.random(in: 1...900, using: &random))
          rest = rest.dropFirst(piece.count)
          parser.append(Array(piece))
          while let frame = try parser.next() { found.append(frame) }
        }
      } catch let error as WebSocketError {
        if !isDamaged { throw error }
        return
      }
      if !isDamaged, found != frames { throw Fuzz.Broken("\(frames.count) frames became \(found.count)") }
    }
  }

  // MARK: Damage

  /// The document with some of its values exchanged for others, or doubled, or gone.
  private static func damaged(_ document: Document, _ random: inout SeededRandom) -> Document {
    var result = document
    for _ in 0..<Int.random(in: 1...4, using: &random) { damage(&result, &random) }
    return result
  }

  private static func damage(_ document: inout Document, _ random: inout SeededRandom) {
    if let map = document.mapValue, let entry = map.entries.randomElement(using: &random),
      Int.random(in: 0..<6, using: &random) > 0
    {
      var value = entry.value
      damage(&value, &random)
      document[entry.key] = Int.random(in: 0..<12, using: &random) == 0 ? nil : value
    } else if var list = document.listValue, !list.isEmpty, Int.random(in: 0..<6, using: &random) > 0 {
      let index = Int.random(in: list.indices, using: &random)
      damage(&list[index], &random)
      if Int.random(in: 0..<5, using: &random) == 0 { list.append(list[index]) }
      document = .list(list)
    } else {
      let values: [Document] = [
        .null, true, 0, -1, .integer(Int64.max), .integer(Int64.min), Document(.decimal(1e300)), "", "x", "9999999999E",
        "1e-9223372036854775808", "9999-12-31T23:59:59Z", "\u{0}\u{2028}", [], [:], [[:]], ["a": "b"], "-1", "0/0",
        "x=y",
      ]
      document = values.randomElement(using: &random)!
    }
  }
}
