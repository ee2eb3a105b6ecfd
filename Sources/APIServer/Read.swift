internal import KubernetesAPI
internal import ObjectStore

/// Get and list.
extension Server {
  func get(_ call: Call) async throws(StatusError) -> APIResponse {
    call.response(try await stored(call), objects)
  }

  /// The object that the call names.
  func stored(_ call: Call) async throws(StatusError) -> StoredObject {
    do {
      guard let stored = try await store.get(call.key) else { throw call.notFound() }
      return stored
    } catch let error as StoreError {
      throw error.status(call.resource, call.name)
    } catch let error as StatusError {
      throw error
    } catch {
      throw StatusError.internalError("\(error)")
    }
  }

  func list(_ call: Call) async throws(StatusError) -> APIResponse {
    let query = try ListQuery(call.request, call.resource, namespace: call.target.namespace)
    let page = try await page(call, query)
    var metadata = "\"resourceVersion\":\"\(page.revision)\""
    if let next = page.next {
      metadata += ",\"continue\":\"\(next.text)\""
      if query.selection.isEverything { metadata += ",\"remainingItemCount\":\(page.remaining)" }
    }
    return call.response(json: call.list(page.objects, metadata: metadata, objects))
  }

  /// What a list of that call would show, all of it.
  func storedObjects(_ call: Call) async throws(StatusError) -> [StoredObject] {
    try await page(call, ListQuery(call.request, call.resource, namespace: call.target.namespace)).objects
  }

  private struct Page {
    var objects: [StoredObject]
    var revision: Revision
    var remaining: Int
    var next: ContinueToken?
  }

  private func page(_ call: Call, _ query: ListQuery) async throws(StatusError) -> Page {
    let current = await store.currentRevision
    if let wanted = query.resourceVersion, wanted > current.number {
      throw StatusError.futureRevision(wanted, current: current.number)
    }
    var revision = query.start?.revision.map { Revision($0) }
    if query.start == nil, let wanted = query.resourceVersion, wanted > 0,
      query.match == .exact || query.match == nil && query.limit != nil
    {
      revision = Revision(wanted)
    }
    // One name in one namespace is looked up rather than searched for.
    if revision == nil, let name = query.selection.name,
      !call.resource.isNamespaced || call.target.namespace != nil
    {
      let key = call.form.key(namespace: call.target.namespace, name: name)
      let found = try await read(call) { () throws(StoreError) in try await self.store.get(key) }
      let objects = [found].compactMap { $0 }.filter { query.selection.matches($0, call.form, self.objects) }
      return Page(objects: objects, revision: current, remaining: 0)
    }
    let prefix = call.form.prefix(namespace: call.target.namespace)
    var after = query.start?.key
    var result = Page(objects: [], revision: current, remaining: 0)
    while true {
      let missing = query.limit.map { $0 - result.objects.count }
      let listing: Listing
      do {
        listing = try await store.list(prefix: prefix, after: after, limit: missing, at: revision)
      } catch .compacted where query.start != nil {
        throw Self.expiredContinue(key: query.start?.key ?? "", current)
      } catch {
        throw error.status(call.resource, "")
      }
      result.revision = listing.revision
      revision = listing.revision
      result.remaining = listing.remaining
      result.objects += listing.objects.filter { query.selection.matches($0, call.form, self.objects) }
      guard listing.hasMore, let last = listing.objects.last else { break }
      after = last.key
      if let limit = query.limit, result.objects.count >= limit {
        result.next = ContinueToken(revision: listing.revision.number, key: last.key)
        break
      }
    }
    return result
  }

  private static func expiredContinue(key: String, _ current: Revision) -> StatusError {
    var error = StatusError.expired(
      "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list."
    )
    error.status.listMetadata.continueToken = ContinueToken(revision: nil, key: key).text
    return error
  }
}
