internal import ContainerRuntime
internal import KubernetesAPI

/// Carries the streams of `exec` and `attach` between a client and a process in a container.
struct RemoteCommands: Sendable {
  let runtime: any Runtime

  enum Kind: Sendable {
    case exec(command: [String])
    case attach
  }

  /// Runs until the process has ended or the client has gone.
  func run(_ kind: Kind, in id: ContainerID, _ session: RemoteCommandSession) async {
    let wanted = session.streams
    let streams = AttachSpec(
      input: wanted.input, output: wanted.output, errors: wanted.error && !wanted.terminal, terminal: wanted.terminal)
    await session.run { session in
      do throws(RuntimeError) {
        let process: any ExecSession
        switch kind {
        case .exec(let command):
          var spec = ExecSpec(containerID: id, command: command, streams: streams)
          if streams.terminal, let size = await session.firstSize(within: .milliseconds(50)) {
            spec.size = (size.width, size.height)
          }
          process = try await runtime.exec(spec)
        case .attach: process = try await runtime.attach(id, streams)
        }
        return await withTaskCancellationHandler {
          await connect(process, session, kind)
        } onCancel: {
          process.abandon()
        }
      } catch {
        return .failed(.internalError(Self.message(error, kind)))
      }
    }
  }

  private func connect(
    _ process: any ExecSession, _ session: RemoteCommandSession, _ kind: Kind
  ) async -> RemoteCommandOutcome {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        while let bytes = try? await session.input.next() {
          guard (try? await process.writeInput(bytes)) != nil else { break }
        }
        process.closeInput()
      }
      group.addTask {
        for await size in session.resizes { process.resize(columns: size.width, rows: size.height) }
      }
      // Both must have ended before the outcome is told: nothing that was written may be lost.
      async let output: Void = pump {
        try await process.readOutput()
      } to: {
        try await session.write(output: $0)
      }
      async let errors: Void = pump {
        try await process.readErrors()
      } to: {
        try await session.write(error: $0)
      }
      _ = await (output, errors)
      defer { group.cancelAll() }
      do throws(RuntimeError) {
        let status = try await process.wait()
        if case .attach = kind { return .exited(0) }
        return .exited(status.code)
      } catch {
        return .failed(.internalError(Self.message(error, kind)))
      }
    }
  }

  private func pump(
    _ read: @Sendable () async throws -> [UInt8], to write: @Sendable ([UInt8]) async throws -> Void
  ) async {
    while let bytes = try? await read(), !bytes.isEmpty {
      guard (try? await write(bytes)) != nil else { return }
    }
  }

  private static func message(_ error: RuntimeError, _ kind: Kind) -> String {
    switch kind {
    case .exec: "error executing command in container: \(error.message)"
    case .attach: "error attaching to container: \(error.message)"
    }
  }
}
