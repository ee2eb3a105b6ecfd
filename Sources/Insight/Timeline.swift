public import Documents
internal import KubernetesAPI
public import ObjectSchema

/// A pod's life on one axis: a row for the pod, one for each container, one for the events.
public struct Timeline: Sendable {
  private let past: PodPast
  private let start: Timestamp
  private let end: Timestamp

  public init(_ past: PodPast, now: Timestamp = .now()) {
    self.past = past
    let first = past.moments.first?.time
    let created = past.pod.metadata.creationTimestamp ?? first ?? now
    // The API tells whole seconds only; what was seen happening is more exact.
    start = first.map { $0.seconds == created.seconds ? $0 : min($0, created) } ?? created
    end = max(past.end ?? now, start + .milliseconds(1))
  }

  public func lines(width: Int, drawsAxis: Bool = true) -> [String] {
    let state = past.end == nil ? "until now" : "until it was gone"
    var lines = ["pod \(past.pod.name), \(Self.text(end - start)) from its creation \(state)"]
    if drawsAxis { lines += axis(width) + [""] }
    return lines + list(drawsAxis: drawsAxis).flatMap { Explanation.broken($0, drawsAxis ? width : .max, hanging: 12) }
  }

  /// Everything that the picture is drawn of; times are seconds since the pod's creation.
  public var document: Document {
    func offset(_ time: Timestamp) -> Document { Document(.decimal(Self.seconds(max(.zero, time - start)))) }
    let moments: [Document] = past.moments.map { moment in
      var containers = DocumentMap()
      for name in containerNames {
        if let standing = moment.containers[name] { containers[name] = .string(standing.inWords) }
      }
      return [
        "at": offset(moment.time), "ready": .bool(moment.isReady), "deleting": .bool(moment.isDeleting),
        "containers": .map(containers),
      ]
    }
    let told: [Document] = events.map { event in
      [
        "at": offset(event.begin ?? end), "reason": .string(event.reason ?? ""),
        "message": .string(event.message ?? ""), "count": .integer(event.occurrences),
      ]
    }
    return [
      "pod": .string(past.pod.name), "namespace": .string(past.pod.namespace), "gone": .bool(past.end != nil),
      "duration": Document(.decimal(Self.seconds(end - start))), "moments": .list(moments), "events": .list(told),
    ]
  }

  // MARK: The axis

  private func axis(_ width: Int) -> [String] {
    let names = containerNames
    let labels = ["pod", "events"] + names
    let margin = (labels.map(\.count).max() ?? 0) + 2
    let columns = max(20, min(width, 160) - margin)
    func row(_ label: String, _ cells: [Character]) -> String {
      var text = label + String(repeating: " ", count: margin - label.count) + String(cells)
      while text.last == " " { text.removeLast() }
      return text
    }
    var lines = [row("", scale(columns)), row("pod", podCells(columns))]
    for name in names { lines.append(row(name, containerCells(name, columns))) }
    lines.append(row("events", eventCells(columns)))
    lines.append("")
    lines.append(". waits   - runs   = runs and is ready   o ended well   x failed   ! being deleted")
    return lines
  }

  private var containerNames: [String] {
    (past.pod.spec.initContainers + past.pod.spec.containers).compactMap(\.name)
  }

  private func column(_ time: Timestamp, _ columns: Int) -> Int {
    let part = Self.seconds(time - start) / max(0.001, Self.seconds(end - start))
    return min(columns - 1, max(0, Int(part * Double(columns))))
  }

  /// Times under which their column begins.
  private func scale(_ columns: Int) -> [Character] {
    var cells = [Character](repeating: " ", count: columns)
    var next = 0
    while next <= columns - 4 {
      let text = Self.text(.milliseconds(Int(Self.seconds(end - start) * 1000 * Double(next) / Double(columns))))
      for (offset, character) in text.enumerated() where next + offset < columns { cells[next + offset] = character }
      next += max(12, text.count + 4)
    }
    return cells
  }

  private func podCells(_ columns: Int) -> [Character] {
    cells(columns) { moment in moment.isDeleting ? "!" : moment.isReady ? "=" : hasRun(moment) ? "-" : "." }
  }

  private func hasRun(_ moment: PodMoment) -> Bool {
    past.pod.spec.containers.contains { container in
      if case .running? = moment.containers[container.name ?? ""] { true } else { false }
    }
  }

  private func containerCells(_ name: String, _ columns: Int) -> [Character] {
    var cells = cells(columns) { moment in
      switch moment.containers[name] {
      case .waiting, nil: "."
      case .running(let isReady): isReady ? "=" : "-"
      case .ended: " "
      }
    }
    // An end is a moment, and must not be lost between two columns.
    for (before, moment) in zip([nil] + past.moments.map(Optional.some), past.moments) {
      guard case .ended(let code)? = moment.containers[name], before?.containers[name] != moment.containers[name] else {
        continue
      }
      cells[column(moment.time, columns)] = code == 0 ? "o" : "x"
    }
    return cells
  }

  private func cells(_ columns: Int, _ sign: (PodMoment) -> Character) -> [Character] {
    var cells = [Character](repeating: " ", count: columns)
    for (index, moment) in past.moments.enumerated() {
      let from = index == 0 ? 0 : column(moment.time, columns)
      let to = index + 1 < past.moments.count ? column(past.moments[index + 1].time, columns) : columns - 1
      guard from <= to else { continue }
      for cell in from...to { cells[cell] = sign(moment) }
    }
    return cells
  }

  private func eventCells(_ columns: Int) -> [Character] {
    var cells = [Character](repeating: " ", count: columns)
    for (index, event) in events.enumerated() {
      guard let mark = Self.mark(index), let time = event.begin else { continue }
      // Two at the same place stand side by side.
      var place = column(time, columns)
      while place < columns - 1, cells[place] != " " { place += 1 }
      cells[place] = mark
    }
    return cells
  }

  private static let marks = Array("123456789abcdefghijklmnopqrstuvwxyz")

  private static func mark(_ index: Int) -> Character? { index < marks.count ? marks[index] : nil }

  // MARK: The list

  private var events: [Event] {
    past.events.sorted { ($0.begin ?? end) < ($1.begin ?? end) }
  }

  private func list(drawsAxis: Bool) -> [String] {
    if !drawsAxis { return spoken() }
    return events.enumerated().map { index, event in
      let time = event.begin ?? end
      let often =
        event.occurrences > 1 ? " (\(event.occurrences) times, the last at +\(Self.text(last(event) - start)))" : ""
      return "\(Self.mark(index).map(String.init) ?? " ")  +\(Self.padded(Self.text(max(.zero, time - start)), 8))"
        + "\(event.reason ?? ""): \(event.message ?? "")\(often)"
    }
  }

  private func last(_ event: Event) -> Timestamp { event.lastSeen ?? end }

  /// Changes and events as sentences, for those who cannot see an axis.
  private func spoken() -> [String] {
    var lines: [(time: Timestamp, text: String)] = events.map {
      ($0.begin ?? end, "\($0.reason ?? ""): \($0.message ?? "")")
    }
    for (before, moment) in zip([nil] + past.moments.map(Optional.some), past.moments) {
      for name in containerNames where before?.containers[name] != moment.containers[name] {
        let text: String? =
          switch moment.containers[name] {
          case .running(let isReady): isReady ? "runs and is ready" : "runs"
          case .ended(let code): "ended with exit code \(code)"
          case .waiting(let reason): reason.isEmpty ? nil : "waits with \(reason)"
          case nil: nil
          }
        if let text { lines.append((moment.time, "container \(name) \(text)")) }
      }
      if moment.isDeleting, before?.isDeleting != true { lines.append((moment.time, "the pod is being deleted")) }
    }
    return lines.sorted { $0.time < $1.time }.map { "+\(Self.text(max(.zero, $0.time - start))): \($0.text)" }
  }

  // MARK: Times

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
  }

  static func text(_ duration: Duration) -> String {
    let total = seconds(duration)
    if total < 10 {
      let tenths = Int((total * 10).rounded())
      return tenths % 10 == 0 ? "\(tenths / 10)s" : "\(tenths / 10).\(tenths % 10)s"
    }
    let whole = Int(total)
    if whole < 120 { return "\(whole)s" }
    return whole < 7200 ? "\(whole / 60)m\(whole % 60)s" : "\(whole / 3600)h\(whole % 3600 / 60)m"
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}

extension Event {
  /// When it was first told. Its times are whole seconds, but who tells it puts the nanosecond into its name.
  var begin: Timestamp? {
    guard let told = firstSeen ?? lastSeen else { return nil }
    let suffix = metadata.name?.split(separator: ".").last.map(String.init) ?? ""
    guard let nanoseconds = Int64(suffix, radix: 16) else { return told }
    let exact = Timestamp(nanosecondsSince1970: nanoseconds)
    return exact.seconds == told.seconds ? exact : told
  }
}
