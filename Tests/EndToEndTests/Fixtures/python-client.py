"""What programs do with the official Python client: run as python-client.py KUBECONFIG; says "all done" in the end."""

import sys

from kubernetes import client, config, watch
from kubernetes.client.rest import ApiException
from kubernetes.stream import portforward, stream

config.load_kube_config(sys.argv[1])
core = client.CoreV1Api()
place = "python"


def expect(condition, what):
    if not condition:
        sys.exit("not so: " + what)


def refused(status, call, *arguments, **options):
    try:
        call(*arguments, **options)
    except ApiException as error:
        expect(error.status == status, "%s was refused with %s: %s" % (call.__name__, error.status, error.body))
        return error
    sys.exit("not refused: " + call.__name__)


# Discovery
expect(client.VersionApi().get_code().git_version.startswith("v1."), "the version")
expect("v1" in client.CoreApi().get_api_versions().versions, "the versions of the core group")
expect("pods" in [resource.name for resource in core.get_api_resources().resources], "pods among the resources")

# Namespaces
core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=place, labels={"made-by": "python"})))
expect(place in [item.metadata.name for item in core.list_namespace().items], "the namespace in the list")
core.patch_namespace(place, {"metadata": {"labels": {"patched": "yes"}}})
expect(
    core.read_namespace(place).metadata.labels["patched"] == "yes"
    and core.read_namespace(place).metadata.labels["made-by"] == "python",
    "labels are merged",
)
expect(len(core.list_namespace(label_selector="made-by=python").items) == 1, "a label selector")

# Config maps
settings = client.V1ConfigMap(metadata=client.V1ObjectMeta(name="settings"), data={"a": "1", "b": "2"})
created = core.create_namespaced_config_map(place, settings)
expect(created.data == {"a": "1", "b": "2"}, "the config map that was created")
refused(409, core.create_namespaced_config_map, place, settings)
core.patch_namespaced_config_map("settings", place, {"data": {"b": None, "c": "3"}})
core.patch_namespaced_config_map("settings", place, [{"op": "replace", "path": "/data/a", "value": "9"}])
current = core.read_namespaced_config_map("settings", place)
expect(current.data == {"a": "9", "c": "3"}, "the config map after two patches: %s" % current.data)
current.data = {"only": "this"}
core.replace_namespaced_config_map("settings", place, current)
expect(core.read_namespaced_config_map("settings", place).data == {"only": "this"}, "a replaced config map")
# With the revision of before, it is too late.
refused(409, core.replace_namespaced_config_map, "settings", place, current)
core.delete_namespaced_config_map("settings", place)
error = refused(404, core.read_namespaced_config_map, "settings", place)
expect('"reason":"NotFound"' in error.body, "the body of a refusal")

# Pods
start = core.list_namespaced_pod(place).metadata.resource_version
container = client.V1Container(
    name="web",
    image="nginx",
    image_pull_policy="IfNotPresent",
    ports=[client.V1ContainerPort(container_port=80)],
    env=[client.V1EnvVar(name="WORD", value="python")],
)
pod = client.V1Pod(
    metadata=client.V1ObjectMeta(name="web", labels={"app": "web"}),
    spec=client.V1PodSpec(containers=[container], termination_grace_period_seconds=1),
)
core.create_namespaced_pod(place, pod)
core.patch_namespaced_pod("web", place, {"metadata": {"annotations": {"note": "from python"}}})
refused(422, core.patch_namespaced_pod, "web", place, {"spec": {"containers": [{"name": "other", "image": "x"}]}})
refused(422, core.create_namespaced_pod, place, client.V1Pod(
    metadata=client.V1ObjectMeta(name="Not A Name"), spec=client.V1PodSpec(containers=[container])))
events = watch.Watch()
seen = []
for event in events.stream(core.list_namespaced_pod, place, resource_version=start, timeout_seconds=40):
    seen.append(event["type"])
    conditions = {one.type: one.status for one in event["object"].status.conditions or []}
    if conditions.get("Ready") == "True":
        events.stop()
expect(seen[0] == "ADDED" and "MODIFIED" in seen, "the events of a watch: %s" % seen)
expect(core.read_namespaced_pod("web", place).metadata.annotations["note"] == "from python", "the annotation")
expect(core.read_namespaced_pod_status("web", place).status.phase == "Running", "a pod that runs")
expect(len(core.list_pod_for_all_namespaces(field_selector="metadata.name=web").items) == 1, "a field selector")
expect(core.list_namespaced_pod(place, limit=1).items[0].metadata.name == "web", "a page")
for line in watch.Watch().stream(core.read_namespaced_pod_log, "web", place):
    if "start worker process" in line:
        break
expect("start worker process" in core.read_namespaced_pod_log("web", place), "the log of a pod")
expect(
    [event.reason for event in core.list_namespaced_event(place).items].count("Started") == 1, "the events of a pod")

# Streams
answer = stream(
    core.connect_get_namespaced_pod_exec, "web", place, command=["sh", "-c", "echo $WORD; echo oops >&2"],
    stdout=True, stderr=True)
expect("python" in answer and "oops" in answer, "the output of a command: %r" % answer)
session = stream(
    core.connect_get_namespaced_pod_exec, "web", place, command=["cat"], stdin=True, stdout=True, _preload_content=False)
session.write_stdin("through the stream\n")
expect(session.readline_stdout(timeout=10) == "through the stream", "what cat gives back")
session.close()
forward = portforward(core.connect_get_namespaced_pod_portforward, "web", place, ports="80")
http = forward.socket(80)
http.sendall(b"GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n")
page = b""
while True:
    piece = http.recv(4096)
    if not piece:
        break
    page += piece
http.close()
expect(page.startswith(b"HTTP/1.1 200"), "a page through a forwarded port: %r" % page[:100])

# The end
def wait_for_end(listed, name, *arguments):
    """From the revision of a list on nothing is missed, however soon it happens."""
    start = listed(*arguments).metadata.resource_version
    yield
    for event in watch.Watch().stream(listed, *arguments, resource_version=start, timeout_seconds=40):
        if event["type"] == "DELETED" and event["object"].metadata.name == name:
            return
    sys.exit("%s is not gone" % name)


for _ in wait_for_end(core.list_namespaced_pod, "web", place):
    core.delete_namespaced_pod("web", place)
refused(404, core.read_namespaced_pod, "web", place)
for _ in wait_for_end(core.list_namespace, place):
    core.delete_namespace(place)
refused(404, core.read_namespace, place)
print("all done")
