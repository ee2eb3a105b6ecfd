internal import CYAML

extension Document {
  /// YAML as Kubernetes' tools print it: keys sorted, long texts folded at 80 columns.
  public func yaml() -> String {
    let emitter = YAMLEmitter()
    defer { emitter.end() }
    return emitter.print(self)
  }
}

private final class YAMLEmitter {
  private let emitter: UnsafeMutablePointer<yaml_emitter_t>
  private var output: [UInt8] = []

  init() {
    emitter = .allocate(capacity: 1)
    emitter.initialize(to: yaml_emitter_t())
    yaml_emitter_initialize(emitter)
    yaml_emitter_set_unicode(emitter, 1)
    yaml_emitter_set_output(emitter, collectYAML, Unmanaged.passUnretained(self).toOpaque())
  }

  func end() {
    yaml_emitter_delete(emitter)
    emitter.deallocate()
  }

  func print(_ document: Document) -> String {
    emit { yaml_stream_start_event_initialize($0, YAML_UTF8_ENCODING) }
    emit { yaml_document_start_event_initialize($0, nil, nil, nil, 1) }
    emit(document)
    emit { yaml_document_end_event_initialize($0, 1) }
    emit { yaml_stream_end_event_initialize($0) }
    yaml_emitter_flush(emitter)
    return String(decoding: output, as: UTF8.self)
  }

  fileprivate func collect(_ bytes: UnsafeBufferPointer<UInt8>) { output.append(contentsOf: bytes) }

  private func emit(_ document: Document) {
    switch document.content {
    case .null: emit("null", YAML_PLAIN_SCALAR_STYLE)
    case .bool(let value): emit(value ? "true" : "false", YAML_PLAIN_SCALAR_STYLE)
    case .integer(let value): emit(String(value), YAML_PLAIN_SCALAR_STYLE)
    case .decimal(let value): emit(Document.text(of: value), YAML_PLAIN_SCALAR_STYLE)
    case .string(let text): emit(text: text)
    case .list(let list):
      let style = list.isEmpty ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE
      emit { yaml_sequence_start_event_initialize($0, nil, nil, 1, style) }
      for element in list { emit(element) }
      emit { yaml_sequence_end_event_initialize($0) }
    case .map(let map):
      let style = map.isEmpty ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE
      emit { yaml_mapping_start_event_initialize($0, nil, nil, 1, style) }
      for entry in map.sorted().entries {
        emit(text: entry.key)
        emit(entry.value)
      }
      emit { yaml_mapping_end_event_initialize($0) }
    }
  }

  /// A text with lines is shown as lines; one that reads like another type is quoted.
  private func emit(text: String) {
    let style =
      if YAMLScalar.needsQuotes(text) {
        YAML_DOUBLE_QUOTED_SCALAR_STYLE
      } else if text.utf8.contains(0x0A) {
        YAML_LITERAL_SCALAR_STYLE
      } else {
        YAML_PLAIN_SCALAR_STYLE
      }
    emit(text, style)
  }

  private func emit(_ text: String, _ style: yaml_scalar_style_t) {
    var text = text
    text.withUTF8 { buffer in
      emit { yaml_scalar_event_initialize($0, nil, nil, buffer.baseAddress, Int32(buffer.count), 1, 1, style) }
    }
  }

  private func emit(_ initialize: (UnsafeMutablePointer<yaml_event_t>) -> Int32) {
    var event = yaml_event_t()
    let made = initialize(&event)
    precondition(made != 0 && yaml_emitter_emit(emitter, &event) != 0, "a document that was read can be written")
  }
}

private func collectYAML(
  _ context: UnsafeMutableRawPointer?, _ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int
) -> Int32 {
  Unmanaged<YAMLEmitter>.fromOpaque(context!).takeUnretainedValue()
    .collect(UnsafeBufferPointer(start: bytes, count: count))
  return 1
}
