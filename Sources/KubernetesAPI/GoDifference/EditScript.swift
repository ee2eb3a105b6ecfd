/// How one sequence becomes another, step by step.
///
/// The search is the one of Kubernetes' own comparing library, since what it calls "changed" depends on the path that
/// is found: greedily from both ends, first from the back, along diagonals, with a bound on fruitless comparisons.
struct EditScript {
  enum Edit: Equatable {
    case identity
    case removal
    case insertion
    case change
  }

  /// What a comparison of two elements found.
  struct Likeness {
    var same: Int
    var different: Int

    var areEqual: Bool { different == 0 }
    var areSimilar: Bool { same + 1 >= different }

    static func ofPlain(_ equal: Bool) -> Likeness {
      equal ? Likeness(same: 1, different: 0) : Likeness(same: 0, different: 2)
    }
  }

  private struct Point: Equatable {
    var x: Int
    var y: Int
  }

  private(set) var edits: [Edit]

  init(_ oldCount: Int, _ newCount: Int, compare: (Int, Int) -> Likeness) {
    var forward = Path(direction: 1, point: Point(x: 0, y: 0))
    var reverse = Path(direction: -1, point: Point(x: oldCount, y: newCount))
    var forwardFrontier = forward.point
    var reverseFrontier = reverse.point
    var budget = 4 * (oldCount + newCount)
    var isForwardsTurn = false

    while forwardFrontier.x < reverseFrontier.x, forwardFrontier.y < reverseFrontier.y, budget > 0 {
      var hitTopRight = false
      var hitBottomLeft = false
      var step = 0
      while !(hitTopRight && hitBottomLeft) && budget > 0 {
        let shift = Self.zigzag(step)
        step += 1
        if isForwardsTurn {
          let point = Point(x: forwardFrontier.x + shift, y: forwardFrontier.y - shift)
          if point.x >= reverse.point.x || point.y < forward.point.y {
            hitTopRight = true
          } else if point.y >= reverse.point.y || point.x < forward.point.x {
            hitBottomLeft = true
          } else if compare(point.x, point.y).areEqual {
            forward.connect(to: point, compare)
            forward.append(.identity)
            while forward.point.x < reverse.point.x, forward.point.y < reverse.point.y,
              compare(forward.point.x, forward.point.y).areEqual
            {
              forward.append(.identity)
            }
            forwardFrontier = forward.point
            break
          } else {
            budget -= 1
          }
        } else {
          let point = Point(x: reverseFrontier.x - shift, y: reverseFrontier.y + shift)
          if forward.point.x >= point.x || reverse.point.y < point.y {
            hitBottomLeft = true
          } else if forward.point.y >= point.y || reverse.point.x < point.x {
            hitTopRight = true
          } else if compare(point.x - 1, point.y - 1).areEqual {
            reverse.connect(to: point, compare)
            reverse.append(.identity)
            while forward.point.x < reverse.point.x, forward.point.y < reverse.point.y,
              compare(reverse.point.x - 1, reverse.point.y - 1).areEqual
            {
              reverse.append(.identity)
            }
            reverseFrontier = reverse.point
            break
          } else {
            budget -= 1
          }
        }
      }
      // The frontier goes on towards the other end even if nothing was found.
      if isForwardsTurn {
        if reverse.point.x - forwardFrontier.x >= reverse.point.y - forwardFrontier.y {
          forwardFrontier.x += 1
        } else {
          forwardFrontier.y += 1
        }
      } else {
        if reverseFrontier.x - forward.point.x >= reverseFrontier.y - forward.point.y {
          reverseFrontier.x -= 1
        } else {
          reverseFrontier.y -= 1
        }
      }
      isForwardsTurn.toggle()
    }
    forward.connect(to: reverse.point, compare)
    edits = forward.edits + reverse.edits.reversed()
  }

  /// 0, -1, 1, -2, 2, …
  private static func zigzag(_ step: Int) -> Int { (step & 1 != 0 ? ~step : step) >> 1 }

  /// The edits from one end as far as they are settled.
  private struct Path {
    let direction: Int
    var point: Point
    var edits: [Edit] = []

    init(direction: Int, point: Point) {
      self.direction = direction
      self.point = point
    }

    mutating func append(_ edit: Edit) {
      edits.append(edit)
      if edit != .insertion { point.x += direction }
      if edit != .removal { point.y += direction }
    }

    mutating func connect(to end: Point, _ compare: (Int, Int) -> Likeness) {
      func distances() -> (x: Int, y: Int) { ((end.x - point.x) * direction, (end.y - point.y) * direction) }
      while distances().x > 0, distances().y > 0 {
        let likeness = direction > 0 ? compare(point.x, point.y) : compare(point.x - 1, point.y - 1)
        let (x, y) = distances()
        if likeness.areEqual {
          append(.identity)
        } else if likeness.areSimilar {
          append(.change)
        } else if direction > 0 ? x >= y : x > y {
          append(.removal)
        } else {
          append(.insertion)
        }
      }
      while distances().x > 0 { append(.removal) }
      while distances().y > 0 { append(.insertion) }
    }
  }
}
