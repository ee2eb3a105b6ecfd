/// Keeping what is done in a lesson, for its transcript.
extension Tutor {
  /// Where a command of the prompt belongs that is about to run.
  public struct CommandPlace: Sendable {
    fileprivate var lesson: String
    fileprivate var step: String
    fileprivate var order: Int
  }

  /// Nil where commands are not part of a lesson.
  public func commandPlace() -> CommandPlace? {
    guard exploring == nil, let session else { return nil }
    lastOrder = max(lastOrder + 1, lessonRecord.next)
    return CommandPlace(lesson: session.key, step: session.step.id, order: lastOrder)
  }

  /// Keeps a command of the learner for the transcript.
  public func note(_ command: String, output: String, exitCode: Int32, at place: CommandPlace) {
    let act = LessonRecord.Act.command(command, output: output, exitCode: exitCode)
    note(.init(order: place.order, step: place.step, act: act), place.lesson)
  }

  func note(_ act: LessonRecord.Act, _ session: TutorSession) {
    lastOrder = max(lastOrder + 1, lessonRecord.next)
    note(.init(order: lastOrder, step: session.step.id, act: act), session.key)
  }

  private func note(_ entry: LessonRecord.Entry, _ lesson: String) {
    guard recordedLesson == lesson else { return }
    if lessonRecord.add(entry) {
      records.replace(lessonRecord.lines, lesson)
    } else {
      records.append(entry.line, lesson)
    }
  }
}
