internal import CLibEdit
internal import CLinux
internal import Glibc
internal import SystemIO

/// Lines typed into a terminal, with libedit's editing, history and search.
///
/// Lives on the input thread. Everything that libedit calls back ends up in a method here. There is one at a time in a
/// process, because libedit and the terminal database behind it draw through variables of the process.
final class EditedLines: LineSource {
  private let editor: OpaquePointer
  private let past: OpaquePointer
  private let streams: [UnsafeMutablePointer<FILE>]
  private let screen: Screen
  private let attention: Attention
  private let appearance: Appearance
  private let desk: CompletionDesk

  private var entries: [String]
  private var prompt: StyledText = ""
  /// The prompt as libedit wants it; it keeps the pointer.
  private var promptText: UnsafeMutablePointer<CChar>?
  /// What the key that stands for a paste will insert.
  private var pastedText: String?
  private var isInterrupted = false
  private var isHungUp = false
  /// The size that libedit draws for.
  private var drawnSize = WindowSize(columns: 80, rows: 24)
  private var isDrawnAfterStop = false
  private var decoder = KeyDecoder()
  /// Read, and not yet looked at.
  private var heldByte: UInt8?
  /// The line and cursor that the last Tab left: a second Tab there shows the list.
  private var lastTab: (line: String, cursor: Int)?

  private static let escape: Unicode.Scalar = "\u{1}"

  /// No keyboard has it. A paste goes this way because text may only be inserted between two commands of libedit: while
  /// one reads further keys, it holds pointers into the line, which inserting moves.
  private static let pasteKey: Unicode.Scalar = "\u{80}"

  /// Nil when libedit cannot work with the descriptors.
  init?(
    screen: Screen, attention: Attention, appearance: Appearance, desk: CompletionDesk, history: [String]
  ) {
    TerminalMode.save(screen.input)
    let ways = [(screen.input, "r"), (screen.output, "w"), (screen.error, "w")]
    // libedit complains about terminals that it does not know; nobody needs to hear of it, because there is a remedy.
    let silence = fopen("/dev/null", "we")
    defer { if let silence { fclose(silence) } }
    let streams = ways.compactMap { descriptor, way in fdopen(clinux_duplicate(descriptor), way) }
    guard streams.count == 3, let editor = el_init("podium", streams[0], streams[1], silence), let past = history_init()
    else {
      for stream in streams { fclose(stream) }
      return nil
    }
    // A terminal younger than the machine's database is most likely one that understands what xterm does.
    let isKnown =
      clibedit_set_terminal(editor, appearance.terminalType) == 0 || clibedit_set_terminal(editor, "xterm") == 0
    clibedit_set_error_stream(editor, streams[2])
    guard isKnown else {
      el_end(editor)
      history_end(past)
      for stream in streams { fclose(stream) }
      return nil
    }
    self.streams = streams
    self.editor = editor
    self.past = past
    self.screen = screen
    self.attention = attention
    self.appearance = appearance
    self.desk = desk
    entries = history
    setUp()
  }

  deinit {
    el_end(editor)
    history_end(past)
    for stream in streams { fclose(stream) }
    free(promptText)
  }

  private func setUp() {
    clibedit_set_client_data(editor, Unmanaged.passUnretained(self).toOpaque())
    clibedit_handle_signals(editor, 0)
    clibedit_set_style(editor, "emacs")
    clibedit_set_prompt(editor, { EditedLines.of($0).promptText }, wchar_t(Self.escape.value))
    clibedit_set_read_character(editor) { editor, character in
      EditedLines.of(editor).readCharacter(into: character!)
    }
    clibedit_history_set_size(past, Int32(max(HistoryFile.usualLimit, entries.count)))
    clibedit_set_history(editor, past)
    clibedit_add_function(editor, "podium-complete", "Finish the word, or list what it may become") { editor, _ in
      EditedLines.of(editor).complete()
    }
    clibedit_add_function(editor, "podium-paste", "Insert what was pasted") { editor, _ in
      EditedLines.of(editor).insertPaste()
    }
    clibedit_add_function(editor, "podium-replace", "Put the next key in the place of the letter at the cursor") {
      editor, _ in EditedLines.of(editor).replaceLetter()
    }
    // The user's choice of style resets all keys, so ours come after it.
    el_source(editor, nil)
    clibedit_bind(editor, "^I", "podium-complete")
    clibedit_bind(editor, String(Character(Self.pasteKey)), "podium-paste")
    if clibedit_style(editor).map({ String(cString: $0) }) == "vi" {
      clibedit_bind(editor, "^R", "em-inc-search-prev")
      // It would start an editor by fork, which a program with threads may not do.
      clibedit_bind_alternative(editor, "v", "ed-unassigned")
      // Where a text just fills the last row, libedit replaces its last letter outside of its memory.
      clibedit_bind_alternative(editor, "r", "podium-replace")
      clibedit_bind_alternative(editor, "R", "ed-unassigned")
      clibedit_bind_alternative(editor, ":", "ed-unassigned")
      clibedit_bind_alternative(editor, String(Character(Self.pasteKey)), "podium-paste")
    } else {
      // libedit's own command line, of no use here, trips over what it is given.
      for key in ["\\ex", "\\eX"] { clibedit_bind(editor, key, "ed-unassigned") }
      // In vi, Escape is a key of its own and must not begin others.
      for (sequence, function) in Self.commonKeys { clibedit_bind(editor, sequence, function) }
    }
    for entry in entries { clibedit_history_enter(past, entry) }
  }

  /// Keys of today's keyboards that libedit leaves out.
  private static let commonKeys = [
    ("\\e[3~", "ed-delete-next-char"),
    ("\\e[1~", "ed-move-to-beg"), ("\\e[4~", "ed-move-to-end"),
    ("\\e[1;5C", "em-next-word"), ("\\e[1;5D", "ed-prev-word"),
  ]

  fileprivate static func of(_ editor: OpaquePointer?) -> EditedLines {
    Unmanaged<EditedLines>.fromOpaque(clibedit_client_data(editor)!).takeUnretainedValue()
  }

  // MARK: Reading

  func readLine(prompt: StyledText) -> LineRead {
    let lines = prompt.lines
    take(lines.last ?? "")
    // One that was meant for the line before is out of date.
    attention.forgetPrompt()
    isInterrupted = false
    lastTab = nil
    screen.enter(.editing)
    for line in lines.dropLast() { screen.draw(line.rendered(in: appearance) + "\n") }
    resizeEditor()
    // libedit would show the prompt first: a key that answers it at once would meet a terminal that still echoes.
    clibedit_prepare_terminal(editor, 1)
    // A program may have left anything below: the line is drawn on clean ground.
    screen.draw("\u{1B}[J\u{1B}[?2004h")
    var count: Int32 = 0
    let line = el_gets(editor, &count).map { String(cString: $0) }
    screen.draw("\u{1B}[?2004l")
    defer { screen.enter(.running) }
    if isInterrupted { return .interrupted }
    if isHungUp { return .hungUp }
    guard var line, count > 0 else {
      screen.draw("\n")
      return .endOfInput
    }
    if line.last == "\n" { line.removeLast() }
    return .line(line)
  }

  private func take(_ prompt: StyledText) {
    self.prompt = prompt
    free(promptText)
    promptText = strdup(escapedPrompt(prompt))
  }

  private func renew(_ prompt: StyledText) {
    guard let line = prompt.lines.last, line.plain != self.prompt.plain else { return }
    erase()
    take(line)
    clibedit_redraw(editor)
  }

  /// Colours between escape marks, so that libedit does not count them as room.
  private func escapedPrompt(_ prompt: StyledText) -> String {
    guard appearance.hasColour else { return prompt.plain }
    let mark = String(Character(Self.escape))
    let text = prompt.runs.map { run in
      guard let role = run.role else { return run.text }
      return mark + role.controlSequence + mark + run.text + mark + TextRole.end + mark
    }.joined()
    // libedit loses escaped text at the very end.
    return prompt.runs.last?.role == nil ? text : text + " "
  }

  private func readCharacter(into character: UnsafeMutablePointer<wchar_t>) -> Int32 {
    // Asked in the middle of something else, such as a search, libedit took the key of the paste for a letter of that.
    if decoder.isEmpty { pastedText = nil }
    clibedit_keep_cursor_in_line(editor)
    let isTall = redrawIfTallerThanScreen()
    while true {
      if let scalar = decoder.next() {
        character.pointee = wchar_t(scalar.value)
        return 1
      }
      let calls = attention.answer()
      if calls.hasEnded { return 0 }
      if calls.isInterrupted {
        abandonLine()
        errno = EINTR
        return -1
      }
      if calls.isSuspended { suspend() }
      if calls.isContinued { takeTerminalAgain() }
      if calls.isResized { redrawResized() }
      if calls.hasNotices { showNotices() }
      if let prompt = calls.prompt { renew(prompt) }
      guard waitForInput(-1) == .input else { continue }
      if isTall, readBurst() { continue }
      switch readByte() {
      case .none: continue
      case .some(nil): return 0
      case .some(.some(KeyDecoder.escape)): readAfterEscape()
      case .some(.some(let byte)): decoder.add(byte)
      }
    }
  }

  private enum Awaited { case input, call, nothing }

  private func waitForInput(_ milliseconds: Int32) -> Awaited {
    if heldByte != nil { return .input }
    var entries = [
      pollfd(fd: screen.input, events: Int16(POLLIN), revents: 0),
      pollfd(fd: attention.doorbell.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    let count = poll(&entries, milliseconds < 0 ? 2 : 1, milliseconds)
    if count < 0 { return .call }
    if entries[1].revents != 0 { return .call }
    return count > 0 ? .input : .nothing
  }

  /// One byte at a time, because what is typed ahead may be meant for the next command; inner nil at the end.
  private func readByte() -> UInt8?? {
    if let byte = heldByte {
      heldByte = nil
      return .some(byte)
    }
    var byte: UInt8 = 0
    let count = read(screen.input, &byte, 1)
    if count == 1 { return .some(byte) }
    if count < 0, errno == EINTR || errno == EAGAIN { return .none }
    // A terminal that hands over single keys has no other reason to say that there will be none.
    isHungUp = true
    return .some(nil)
  }

  /// Takes letters that come faster than anybody types as one paste: a text that is taller than the screen is drawn anew
  /// after each key, which a terminal without marks for pastes would make endless. False when there are only a few.
  private func readBurst() -> Bool {
    var bytes: [UInt8] = []
    while bytes.count < 1 << 16, waitForInput(bytes.isEmpty ? 0 : 2) == .input, case .some(.some(let byte)) = readByte()
    {
      if byte < 0x20 || byte == 0x7F {
        heldByte = byte
        break
      }
      bytes.append(byte)
    }
    if bytes.count < 16 {
      for byte in bytes { decoder.add(byte) }
      return !bytes.isEmpty
    }
    pastedText = KeyDecoder.text(ofPaste: bytes)
    decoder.add(Self.pasteKey)
    return true
  }

  /// Looks whether an escape begins a paste; a terminal sends the mark at once, a person is slower.
  private func readAfterEscape() {
    var bytes = [KeyDecoder.escape]
    while bytes.count < KeyDecoder.pasteStart.count, waitForInput(15) == .input,
      case .some(.some(let byte)) = readByte()
    {
      bytes.append(byte)
      guard KeyDecoder.pasteStart.starts(with: bytes) else { break }
    }
    if bytes == KeyDecoder.pasteStart {
      readPaste()
      if pastedText != nil { decoder.add(Self.pasteKey) }
    } else {
      for byte in bytes { decoder.add(byte) }
    }
  }

  /// Takes everything up to the end mark as text: a line break in it does not run anything.
  private func readPaste() {
    var bytes: [UInt8] = []
    while !bytes.hasSuffix(KeyDecoder.pasteEnd) {
      if waitForInput(-1) == .call {
        let calls = attention.look()
        if calls.isInterrupted || calls.hasEnded { return }
        continue
      }
      switch readByte() {
      case .none: continue
      case .some(nil): return
      case .some(.some(let byte)): bytes.append(byte)
      }
    }
    bytes.removeLast(KeyDecoder.pasteEnd.count)
    let text = KeyDecoder.text(ofPaste: bytes)
    if !text.isEmpty { pastedText = text }
  }

  // MARK: The line on the screen

  /// What has been typed and where the cursor is in it, in characters.
  private var current: (line: String, cursor: Int) {
    guard let info = el_line(editor)?.pointee else { return ("", 0) }
    let before = UnsafeBufferPointer(start: info.buffer, count: max(0, info.cursor - info.buffer))
    let after = UnsafeBufferPointer(start: info.cursor, count: max(0, info.lastchar - info.cursor))
    let head = String(decoding: before.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let tail = String(decoding: after.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return (head + tail, head.count)
  }

  /// Where the cursor stands, and where the line ends.
  private func areas(columns: Int) -> (cursor: EditedArea, end: EditedArea) {
    let (line, cursor) = current
    var area = EditedArea(columns: columns) { Int(clibedit_columns(wchar_t($0.value))) }
    area.add(prompt.plain)
    if appearance.hasColour, prompt.runs.last?.role != nil { area.add(" ") }
    area.add(line.prefix(cursor))
    var end = area
    end.add(line.dropFirst(cursor))
    return (area, end)
  }

  /// Clears prompt and line and puts the cursor where the prompt began; where nothing may be drawn over, on a new line.
  private func erase() {
    if appearance.isAccessible {
      moveBelow()
    } else {
      erase(rowsAbove: areas(columns: drawnSize.columns).cursor.row)
    }
  }

  private func erase(rowsAbove rows: Int) {
    screen.draw("\r" + (rows > 0 ? "\u{1B}[\(rows)A" : "") + "\u{1B}[J")
  }

  /// Puts the cursor on the line below everything typed.
  private func moveBelow() {
    let (cursor, end) = areas(columns: drawnSize.columns)
    screen.draw(String(repeating: "\n", count: end.row - cursor.row) + "\r\n")
  }

  private func showNotices() {
    let notices = screen.takeNotices()
    if notices.isEmpty { return }
    erase()
    screen.draw(notices.map { $0 + "\n" }.joined())
    clibedit_redraw(editor)
  }

  /// Brings libedit's idea of the screen back to the truth after each key in a text that does not fit on it.
  ///
  /// Moving the cursor it forgets that such a text has scrolled, and the next characters would be put outside its memory.
  private func redrawIfTallerThanScreen() -> Bool {
    if currentSize != drawnSize { redrawResized() }
    guard areas(columns: drawnSize.columns).end.row >= drawnSize.rows - 1 else { return false }
    erase()
    clibedit_redraw(editor)
    return true
  }

  private var currentSize: WindowSize {
    WindowSize.of(screen.output) ?? WindowSize(columns: appearance.width, rows: 24)
  }

  /// Tells libedit the size of the terminal, which may change meanwhile.
  private func resizeEditor() {
    repeat {
      drawnSize = currentSize
      el_resize(editor)
    } while drawnSize != currentSize
  }

  private func abandonLine() {
    isInterrupted = true
    decoder = KeyDecoder()
    heldByte = nil
    let (cursor, end) = areas(columns: drawnSize.columns)
    let right = end.column > 0 ? "\u{1B}[\(end.column)C" : ""
    screen.draw(String(repeating: "\n", count: end.row - cursor.row) + "\r" + right + "^C\n")
  }

  private func redrawResized() {
    let before = drawnSize.columns
    resizeEditor()
    // Some terminals wrap the line anew and some do not: the smaller guess never clears what stands above.
    let rows = min(areas(columns: before).cursor.row, areas(columns: drawnSize.columns).cursor.row)
    if appearance.isAccessible { moveBelow() } else { erase(rowsAbove: rows) }
    clibedit_redraw(editor)
  }

  /// Stops the program as ^Z does everywhere, but leaves the shell a terminal that it can use.
  private func suspend() {
    moveBelow()
    clibedit_prepare_terminal(editor, 0)
    SignalRelay.shared.stopProcess()
    clibedit_prepare_terminal(editor, 1)
    clibedit_redraw(editor)
    isDrawnAfterStop = true
  }

  /// The program was stopped, perhaps without a chance to prepare for it, and goes on.
  private func takeTerminalAgain() {
    // libedit believes that nothing has changed, so it goes there and back.
    clibedit_prepare_terminal(editor, 0)
    clibedit_prepare_terminal(editor, 1)
    if isDrawnAfterStop { erase() } else { screen.draw("\r\u{1B}[J") }
    isDrawnAfterStop = false
    clibedit_redraw(editor)
  }

  // MARK: Functions bound to keys

  private func insertPaste() -> UInt8 {
    guard let text = pastedText else { return UInt8(CC_NORM) }
    pastedText = nil
    el_insertstr(editor, text)
    return UInt8(CC_REFRESH)
  }

  private func replaceLetter() -> UInt8 {
    var character: wchar_t = 0
    guard el_wgetc(editor, &character) == 1 else { return UInt8(CC_EOF) }
    let (line, cursor) = current
    guard let letter = Unicode.Scalar(UInt32(bitPattern: character)), letter.properties.generalCategory != .control,
      cursor < line.count
    else { return UInt8(CC_ERROR) }
    el_cursor(editor, 1)
    el_deletestr(editor, 1)
    el_insertstr(editor, String(Character(letter)))
    el_cursor(editor, -1)
    return UInt8(CC_REFRESH)
  }

  private func complete() -> UInt8 {
    let (line, cursor) = current
    guard let candidates = desk.ask(line, cursor: cursor, keys: screen.input, attention: attention) else {
      return UInt8(CC_NORM)
    }
    let before = line.prefix(cursor)
    switch CompletionMenu.step(candidates, before: before) {
    case .nothing:
      return UInt8(CC_REFRESH_BEEP)
    case .insert(let count, let text):
      let removed = before.suffix(count)
      let isBlankThere = text.last == " " && line.dropFirst(cursor).first == " "
      // libedit counts code points.
      el_deletestr(editor, Int32(removed.unicodeScalars.count))
      el_insertstr(editor, isBlankThere ? String(text.dropLast()) : text)
      lastTab = current
      return UInt8(CC_REFRESH)
    case .list:
      if let lastTab, lastTab == (line, cursor) {
        moveBelow()
        let lines = CompletionMenu.lines(candidates, width: drawnSize.columns, rows: drawnSize.rows)
        screen.draw(lines.map { $0 + "\n" }.joined())
        clibedit_redraw(editor)
        return UInt8(CC_NORM)
      }
      lastTab = (line, cursor)
      return UInt8(CC_REFRESH_BEEP)
    }
  }

  // MARK: History

  func remember(_ command: String) {
    if entries.last == command { return }
    let isKnown = entries.contains(command)
    entries.removeAll { $0 == command }
    entries.append(command)
    if isKnown {
      clibedit_history_clear(past)
      for entry in entries { clibedit_history_enter(past, entry) }
    } else {
      clibedit_history_enter(past, command)
    }
  }
}
