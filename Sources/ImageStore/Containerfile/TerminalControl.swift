extension Unicode.Scalar {
  /// Whether it does more than to be seen: moves, colours, or turns the direction of what follows.
  var steersTerminals: Bool {
    switch properties.generalCategory {
    case .control: ![0x09, 0x0A, 0x0D].contains(value)
    case .lineSeparator, .paragraphSeparator: true
    case .format: (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
    default: false
    }
  }
}

extension String {
  /// Without what could steer a terminal.
  public var withoutTerminalControl: String {
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: unicodeScalars.lazy.filter { !$0.steersTerminals })
    return String(scalars)
  }
}
