internal import ClusterClient
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// `kubectl get`: objects as a table, or in any other form, once or as they change.
enum Get {
  static let output = Flag.text(
    "output", short: "o",
    values: .oneOf([
      "wide", "yaml", "json", "name", "jsonpath=", "jsonpath-as-json=", "jsonpath-file=", "custom-columns=",
      "custom-columns-file=", "go-template=", "go-template-file=",
    ]),
    "The form: wide, yaml, json, name, jsonpath=TEMPLATE, or custom-columns=HEAD:.path with commas between columns.")
  static let watch = Flag.boolean("watch", short: "w", "Stay, and print each change as it happens.")
  static let watchOnly = Flag.boolean("watch-only", "Print changes only, not what is there already.")
  static let outputWatchEvents = Flag.boolean(
    "output-watch-events", "While watching, say of each row whether it was added, modified or deleted.")
  static let showLabels = Flag.boolean("show-labels", "Add a column with all labels.")
  static let labelColumns = Flag.list(
    "label-columns", short: "L", values: .labelKeys, "Add a column for each of these labels.")
  static let showKind = Flag.boolean("show-kind", "Put the kind in front of each name.")
  static let sortBy = Flag.text(
    "sort-by", values: .fieldPath, "Order the rows by a field, such as .metadata.creationTimestamp.")
  static let serverPrint = Flag.boolean(
    "server-print", default: true, "Let the server make the table; without it only names and ages are shown.")
  static let raw = Flag.text("raw", "Print the server's answer to this path as it comes, such as /healthz.")

  static let command = Command(
    name: "get", group: .intermediate,
    summary: "Display one or many resources",
    details: [
      "Without a name, all objects of a type are listed; with -l or --field-selector only those that match. "
        + "Types may be short (po), singular or plural, and several may be joined with commas."
    ],
    examples: [
      Example("The pods of the namespace", "kubectl get pods"),
      Example("… with their addresses and nodes", "kubectl get pods -o wide"),
      Example("One pod with everything that is known of it", "kubectl get pod web -o yaml"),
      Example("What happens to pods from now on", "kubectl get pods --watch"),
      Example("Pods of every namespace that carry a label", "kubectl get pods -A -l app=web"),
      Example("One field of an object", "kubectl get pod web -o jsonpath='{.status.podIP}'"),
      Example(
        "Columns of one's own",
        "kubectl get pods -o custom-columns=NAME:.metadata.name,IMAGE:.spec.containers[0].image"),
    ],
    usage: "get (TYPE [NAME ...] [-l label] | TYPE/NAME ... | -f FILENAME) [options]",
    flags: [
      SharedFlags.allNamespaces.row, SharedFlags.allowMissingKeys.row, SharedFlags.chunkSize.row,
      SharedFlags.fieldSelector.row, SharedFlags.filename.row, SharedFlags.ignoreNotFound.row,
      SharedFlags.kustomize.row, labelColumns.row, SharedFlags.noHeaders.row, output.row, outputWatchEvents.row,
      raw.row, SharedFlags.recursive.row, SharedFlags.selector.row, serverPrint.row, showKind.row, showLabels.row,
      SharedFlags.showManagedFields.row, sortBy.row, SharedFlags.subresource.row, SharedFlags.template.row, watch.row,
      watchOnly.row,
    ],
    arguments: .resources,
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    if invocation.isGiven(raw) { return try await printRaw(invocation) }
    if invocation[outputWatchEvents], !invocation[watch], !invocation[watchOnly] {
      throw Failure("--output-watch-events option can only be used with --watch or --watch-only")
    }
    try invocation.refuseKustomize()
    if invocation.arguments.isEmpty, !invocation.isGiven(SharedFlags.filename) {
      await invocation.io.printError(
        "You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported resources.\n\n"
      )
      throw Failure(
        "Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of that resource (e.g. kubectl explain pods).",
        helpFor: invocation.path)
    }
    let selected = try await SelectedResources.resolve(invocation)
    if !invocation[SharedFlags.subresource].isEmpty, selected.requests.contains(where: { $0.name == nil }) {
      throw Failure("subresource cannot be used when bulk resources are specified")
    }
    if invocation[watch] || invocation[watchOnly] {
      return try await GetWatch(invocation: invocation, format: try format(invocation)).run(selected)
    }
    switch invocation[output] {
    case "" where invocation[SharedFlags.template].isEmpty, "wide":
      return try await printTables(selected, isWide: invocation[output] == "wide", invocation)
    default: return try await printObjects(selected, invocation)
    }
  }

  private static func format(_ invocation: Invocation) throws -> OutputFormat {
    try OutputFormat(
      invocation[output], template: invocation[SharedFlags.template], allowsTables: true,
      noHeaders: invocation[SharedFlags.noHeaders],
      context: invocation.context)
  }

  private static func printRaw(_ invocation: Invocation) async throws -> Int32 {
    if !invocation.arguments.isEmpty { throw Failure("arguments may not be passed when --raw is specified") }
    if !invocation[output].isEmpty { throw Failure("--raw and --output are mutually exclusive") }
    let url = invocation[raw]
    if !url.hasPrefix("/") {
      throw Failure("--raw must be a valid URL path: parse \"\(url)\": invalid URI for request")
    }
    let parts = invocation[raw].split(separator: "?", maxSplits: 1).map(String.init)
    let query = (parts.count == 2 ? parts[1] : "").split(separator: "&").map { item in
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      return QueryItem(pair[0], pair.count == 2 ? pair[1] : "")
    }
    let stream = try await invocation.client.stream("GET", parts.first ?? "/", query: query, accept: "*/*")
    defer { stream.cancel() }
    while let chunk = try await stream.next() { try await invocation.io.write(chunk) }
    return 0
  }

  // MARK: Tables

  static func tablePrinter(_ invocation: Invocation, isWide: Bool) -> TablePrinter {
    var printer = TablePrinter()
    printer.isWide = isWide
    printer.showsNamespace = invocation[SharedFlags.allNamespaces]
    printer.showsLabels = invocation[showLabels]
    printer.labelColumns = invocation[labelColumns]
    printer.showsHeaders = !invocation[SharedFlags.noHeaders]
    printer.showsEventTypes = invocation[outputWatchEvents]
    return printer
  }

  private static func printTables(
    _ selected: SelectedResources, isWide: Bool, _ invocation: Invocation
  ) async throws -> Int32 {
    var tables: [(kind: ResourceKind, table: Document)] = []
    var errors: [any Error] = selected.errors
    for request in selected.requests {
      do {
        for table in try await fetchTables(request, invocation) { tables.append((request.kind, table)) }
      } catch let error as StatusError where error.isNotFound && invocation[SharedFlags.ignoreNotFound] {
        continue
      } catch let error as StatusError where !error.isConnectionFailure {
        errors.append(error)
      }
    }
    let hasSeveralKinds = Set(tables.map(\.kind.qualifiedName)).count > 1
    var printer = tablePrinter(invocation, isWide: isWide)
    var lastKind: ResourceKind?
    var hasPrinted = false
    for (kind, table) in tables {
      if lastKind != kind {
        let text = printer.take()
        if !text.isEmpty {
          try await invocation.io.print(text)
          hasPrinted = true
        }
        let isShown = hasSeveralKinds || invocation[showKind]
        printer.startNewKind(prefix: isShown ? kind.resultName : nil)
        printer.showsNamespace = invocation[SharedFlags.allNamespaces] && kind.isNamespaced
        lastKind = kind
      }
      printer.add(table)
      if hasPrinted, !printer.isEmpty, !invocation[SharedFlags.noHeaders] {
        try await invocation.io.print("\n")
        hasPrinted = false
      }
    }
    let rest = printer.take()
    try await invocation.io.print(rest)
    let hasShownAny = tables.contains { !($0.table["rows"]?.listValue ?? []).isEmpty }
    if !hasShownAny, errors.isEmpty, !invocation[SharedFlags.ignoreNotFound] {
      await sayNothingFound(selected, invocation)
    }
    try Failures.throwIfAny(errors)
    return 0
  }

  static func sayNothingFound(_ selected: SelectedResources, _ invocation: Invocation) async {
    let isOneNamespace =
      !invocation[SharedFlags.allNamespaces] && selected.requests.allSatisfy(\.kind.isNamespaced)
    await invocation.io.printError(
      isOneNamespace ? "No resources found in \(invocation.namespace) namespace.\n" : "No resources found\n")
  }

  /// The pages of a list, or the one row of an object.
  private static func fetchTables(_ request: ResourceRequest, _ invocation: Invocation) async throws -> [Document] {
    let calls = invocation.calls
    let sortPath = try sortPath(invocation)
    let asTable = invocation[serverPrint]
    let detail = sortPath == nil ? [] : [QueryItem("includeObject", "Object")]
    if let name = request.name {
      let subresource = invocation[SharedFlags.subresource]
      let answer = try await calls.get(
        request.kind, request.namespace, name, subresource: subresource.isEmpty ? nil : subresource, asTable: asTable,
        query: detail)
      return [NameAndAge.table(from: answer, now: invocation.context.now())]
    }
    var pages: [Document] = []
    var continuation: [QueryItem] = []
    repeat {
      let limit = invocation[SharedFlags.chunkSize]
      let query =
        request.query + detail + (limit > 0 ? [QueryItem("limit", String(limit))] : []) + continuation
      let page = try await calls.list(request.kind, request.namespace, query: query, asTable: asTable)
      pages.append(NameAndAge.table(from: page, now: invocation.context.now()))
      let token = page["metadata"]?["continue"]?.stringValue ?? ""
      continuation = token.isEmpty ? [] : [QueryItem("continue", token)]
    } while !continuation.isEmpty
    guard let sortPath else { return pages }
    var all = pages[0]
    let rows = pages.flatMap { $0["rows"]?.listValue ?? [] }
    all["rows"] = .list(try Sorting.sorted(rows, by: sortPath, object: { $0["object"] ?? .null }))
    return [all]
  }

  static func sortPath(_ invocation: Invocation) throws -> JSONPath? {
    let text = invocation[sortBy]
    if text.isEmpty { return nil }
    do {
      return try JSONPath(relaxed: text)
    } catch {
      throw Failure("\(error)")
    }
  }

  // MARK: Objects

  private static func printObjects(
    _ selected: SelectedResources, _ invocation: Invocation
  ) async throws -> Int32 {
    var objects: [Document] = []
    var errors: [any Error] = selected.errors
    let calls = invocation.calls
    for request in selected.requests {
      do {
        if let name = request.name {
          let subresource = invocation[SharedFlags.subresource]
          objects.append(
            try await calls.get(
              request.kind, request.namespace, name, subresource: subresource.isEmpty ? nil : subresource))
        } else {
          objects += try await calls.listAll(request.kind, request.namespace, query: request.query)
        }
      } catch let error as StatusError where error.isNotFound && invocation[SharedFlags.ignoreNotFound] {
        continue
      } catch let error as StatusError where !error.isConnectionFailure {
        errors.append(error)
      }
    }
    if let path = try sortPath(invocation) { objects = try Sorting.sorted(objects, by: path) }
    // What is not there is told before a form that is not known.
    if objects.isEmpty, !errors.isEmpty { try Failures.throwIfAny(errors) }
    var printer = ObjectPrinter(
      try format(invocation), showsManagedFields: invocation[SharedFlags.showManagedFields],
      missingKeysAllowed: invocation[SharedFlags.allowMissingKeys], noHeaders: invocation[SharedFlags.noHeaders])
    let isSingle = selected.namesOneObject && objects.count == 1
    if isSingle || !objects.isEmpty || errors.isEmpty && !selected.namesOneObject {
      let text = try printer.text(isSingle ? objects[0] : ObjectPrinter.list(objects))
      try await invocation.io.print(text)
    }
    try Failures.throwIfAny(errors)
    return 0
  }
}

/// A table for answers of servers that make none.
enum NameAndAge {
  static func table(from answer: Document, now: Timestamp) -> Document {
    if answer["kind"]?.stringValue == "Table" { return answer }
    let objects = answer["items"]?.listValue ?? [answer]
    let rows = objects.map { object -> Document in
      let made = object["metadata"]?["creationTimestamp"]?.stringValue.flatMap(Timestamp.init)
      return [
        "cells": [object["metadata"]?["name"] ?? "", .string(Age.text(since: made, now: now))], "object": object,
      ]
    }
    return [
      "kind": "Table", "metadata": answer["metadata"] ?? [:],
      "columnDefinitions": [
        ["name": "Name", "type": "string", "format": "name", "priority": 0],
        ["name": "Age", "type": "string", "format": "", "priority": 0],
      ], "rows": .list(rows),
    ]
  }
}
