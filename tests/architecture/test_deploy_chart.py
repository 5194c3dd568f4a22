"""The chart: rendered by helm, valid for the cluster, the product's processes, the call graph."""

import os
import re
import shutil
import subprocess
import time
from collections import Counter
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from helpdesk.kernel import masters
from helpdesk.kernel.keyrings import KEPT, LEASE_KEYS, TOKENS, rotate
from helpdesk.kernel.secrets import SERVICES
from services.configured import check_settings
from services.hosting import make_secrets
from services.processes import PROCESSES
from services.running import all_wants
from tests.support.outside import CONNECTS, sent_to

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "helpdesk"
NEEDED = {
    "url": "https://desk.example",
    "opensearch.url": "https://search.engines:9200",
    "email.smtpAddress": "mail.engines:587",
}
SETS = {
    "defaults": {},
    "engines elsewhere": {
        "enginesCaSecret": "engines-ca",
        "opensearch.user": "helpdesk",
        "email.smtpUser": "helpdesk",
        "networkPolicy.enginesTo[0].ipBlock.cidr": "192.0.2.0/24",
        "watching.tracesEndpoint": "https://collector.monitoring:4318",
        "audit.serviceKeys": "email=QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
        "image.tag": "1.2.3",
    },
    "plain text": {
        "tls.enabled": "false",
        "tls.allowPlaintext": "true",
        "opensearch.url": "http://search.engines:9200",
        "autoscaling.enabled": "false",
        "watching.operator": "true",
    },
    "with ingress": {
        "ingress.enabled": "true",
        "ingress.host": "desk.example",
        "ingress.tlsSecret": "desk-tls",
        "ingress.className": "nginx",
        "watching.operator": "true",
        "watching.metrics": "true",
        "serviceSettings.email.HELPDESK_EMAIL_RETRY_SECONDS": "7",
    },
}
# Building helm takes minutes where scripts/test has not done it.
pytestmark = pytest.mark.timeout(1500)
# Of the Prometheus operator: their schemas are not the cluster's.
FOREIGN = {"PodMonitor", "PrometheusRule"}


@pytest.fixture(scope="session")
def helm():
    found = shutil.which("helm") or (str(ROOT / ".tools/helm") * (ROOT / ".tools/helm").exists())
    if not found and shutil.which("go") is None:
        pytest.skip("neither helm nor Go to build it is installed")
    if not found:
        built = subprocess.run(["scripts/helm"], cwd=ROOT, capture_output=True, text=True)
        if built.returncode:
            pytest.skip(f"helm cannot be built: {built.stderr.strip()[-200:]}")
        found = built.stdout.strip().splitlines()[-1]
    return found


@pytest.fixture(scope="session")
def render(helm, tmp_path_factory):
    home = tmp_path_factory.mktemp("helm")

    def rendered(values):
        chosen = [f"--set={name}={value}" for name, value in {**NEEDED, **values}.items()]
        return subprocess.run(
            [helm, "template", "desk", str(CHART), "--kube-version=1.34.0", *chosen],
            env={"PATH": os.environ["PATH"], "HOME": str(home)},
            capture_output=True,
            text=True,
        )

    return rendered


@pytest.fixture(scope="session", params=SETS)
def objects(request, render):
    said = render(SETS[request.param])
    assert said.returncode == 0, said.stderr
    return [each for each in yaml.safe_load_all(said.stdout) if each]


def of(objects, kind):
    return {each["metadata"]["name"]: each for each in objects if each["kind"] == kind}


def pods(objects):
    workloads = {**of(objects, "Deployment"), **of(objects, "Job")}
    return {name: each["spec"]["template"]["spec"] for name, each in workloads.items()}


def environment(pod, folder):
    env = {each["name"]: each["value"] for each in pod["containers"][0]["env"]}
    for name, value in env.items():
        if name.endswith("_FILE") and not name.startswith("HELPDESK_TLS_"):
            broker = "BROKER" in name
            url = "amqps://u:p@broker" if broker else "postgresql://u:p@db/x?sslmode=verify-full"
            (folder / name).write_text(url)
            env[name] = str(folder / name)
        assert value is not None
    return {n: v for n, v in env.items() if not n.endswith("_CA_FILE") or "TLS" in n}


def test_every_object_is_valid_for_the_cluster(objects):
    for each in objects:
        if each["kind"] not in FOREIGN:
            for version in ("1.30", "1.34"):
                kubernetes_validate.validate(each, version, strict=True)


def test_an_object_that_is_not_valid_is_found():
    wrong = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"prots": 1}}

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, "1.34", strict=True)


def test_the_chart_runs_the_processes_of_the_product_and_the_migration(objects):
    commands = [" ".join(pod["containers"][0]["args"]) for pod in pods(objects).values()]

    assert sorted(commands) == sorted(["migrate", *(p.name for p in PROCESSES)])


def test_each_setting_is_known_and_well_formed(objects, tmp_path):
    for pod in pods(objects).values():
        check_settings(environment(pod, tmp_path))


def test_links_of_mails_and_the_issuer_of_signals_are_what_people_type(objects, tmp_path):
    for name in of(objects, "Deployment"):
        assert set(sent_to(environment(pods(objects)[name], tmp_path))) == {NEEDED["url"]}, name


def test_no_process_can_become_more_than_it_is(objects):
    for name, pod in pods(objects).items():
        container = pod["containers"][0]
        security = container["securityContext"]

        assert pod["securityContext"]["runAsNonRoot"], name
        assert pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
        assert security["readOnlyRootFilesystem"]
        assert security["allowPrivilegeEscalation"] is False
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert pod["automountServiceAccountToken"] is False
        assert container["resources"]["requests"].keys() >= {"cpu", "memory"}
        assert container["resources"]["limits"]["memory"]


def test_secrets_are_files_and_no_value_is_one(objects):
    for pod in pods(objects).values():
        for each in pod["containers"][0]["env"]:
            secret = re.search("PASSWORD|DATABASE_URL|BROKER_URL", each["name"])
            assert not secret or each["name"].endswith("_FILE")
    assert of(objects, "Secret") == {}


def made_of(folder):
    """The Secrets that the script of the repository makes of a folder of keys."""
    said = subprocess.run(
        [ROOT / "scripts/chart-secrets", folder], check=True, capture_output=True, text=True
    )
    found = list(yaml.safe_load_all(said.stdout))
    for each in found:
        kubernetes_validate.validate(each, "1.34", strict=True)
    return {each["metadata"]["name"]: each["data"] or {} for each in found}


def mounted(pod, made):
    """The keys that a pod sees, as the cluster mounts them; what is not optional must be there."""
    [keys] = [each["projected"] for each in pod["volumes"] if each["name"] == "keys"]
    assert keys["defaultMode"] == 0o440
    seen = set()
    for source in (each["secret"] for each in keys["sources"]):
        there = made.get(source["name"], {})
        wanted = {each["key"]: each["path"] for each in source.get("items", [])}
        assert source.get("optional") or wanted.keys() <= there.keys()
        assert all(key == path for key, path in wanted.items())
        assert not seen & there.keys() & (wanted.keys() or there.keys())
        seen |= there.keys() & (wanted.keys() or there.keys())
    return seen


def keys_of(objects, made):
    """The keys that each process sees."""
    return {name: mounted(pods(objects)[name], made) for name in of(objects, "Deployment")}


@pytest.fixture
def folder(tmp_path):
    make_secrets(tmp_path / "keys", {})
    return tmp_path / "keys"


def test_a_process_gets_the_keys_of_its_own_service(objects, folder):
    private = keys_of(objects, {"helpdesk-keys": made_of(folder)["helpdesk-keys"]})

    def having(key):
        return {name for name, keys in private.items() if key in keys}

    assert private["desk-serve-search"] == {"vault.key", "search.stream.key", "search.service.pem"}
    assert having("token.signing.pem") == {"desk-serve-identity"}
    assert having("session.signing.pem") == {"desk-serve-identity", "desk-serve-session"}
    audit = {"desk-serve-audit", "desk-relay-audit", "desk-work-audit"}
    assert having("audit.signing.pem") == having("audit.origin") == audit


def test_a_log_from_before_there_were_names_needs_none(objects, folder):
    (folder / "audit.origin").unlink()
    seen = keys_of(objects, made_of(folder))["desk-serve-audit"]

    assert {each for each in seen if each.startswith("audit.")} == {
        "audit.signing.pem", "audit.stream.key", "audit.service.pem",
    }  # fmt: skip


@pytest.mark.parametrize("ring", [TOKENS, LEASE_KEYS])
def test_a_key_that_was_rotated_is_mounted_where_the_first_one_is(objects, folder, ring):
    done = rotate(folder, ring, time.time())
    after = keys_of(objects, made_of(folder))

    def having(key):
        return {name for name, keys in after.items() if key in keys}

    assert having(f"{ring}.{done.begins}.pem") == having(f"{ring}.pem") != set()


def test_a_key_that_took_the_place_of_the_first_one_is_mounted_once(objects, folder):
    long_ago = time.time() - 2 * KEPT
    rotate(folder, TOKENS, long_ago)
    before = made_of(folder)
    done = rotate(folder, TOKENS, time.time())
    after = made_of(folder)
    signing = {key for key in keys_of(objects, after)["desk-serve-identity"] if "token" in key}

    assert signing == {"token.signing.pem", f"token.signing.{done.begins}.pem"}
    assert after["helpdesk-keys"]["token.signing.pem"] in before["helpdesk-token-keys"].values()
    assert list(after) == ["helpdesk-keys", "helpdesk-token-keys", "helpdesk-lease-keys"]


def test_every_process_sees_the_master_key_change(objects, folder):
    masters.prepare(folder)
    prepared = keys_of(objects, made_of(folder))
    masters.promote(folder)
    promoted = keys_of(objects, made_of(folder))

    assert all({"vault.key", "vault.next.key"} <= keys for keys in prepared.values())
    assert all({"vault.key", "vault.old.key"} <= keys for keys in promoted.values())


def test_a_folder_without_keys_makes_no_secrets(tmp_path):
    said = subprocess.run(
        [ROOT / "scripts/chart-secrets", tmp_path], capture_output=True, text=True
    )

    assert (said.returncode, said.stdout) == (1, "")
    assert "run 'helpdesk init' first" in said.stderr


def test_apis_are_probed_over_grpc_and_every_process_is_asked_whether_it_lives(objects):
    tls = any("HELPDESK_TLS_CA_FILE" in str(pod) for pod in pods(objects).values())
    for name, each in of(objects, "Deployment").items():
        container = each["spec"]["template"]["spec"]["containers"][0]
        probe = container["livenessProbe"]
        if name == "desk-serve-gateway":
            assert container["readinessProbe"]["httpGet"]["path"] == "/healthz"
        elif name.startswith("desk-serve-"):
            wanted = (
                {"exec": {"command": ["helpdesk", "healthy"]}} if tls else {"grpc": {"port": 5051}}
            )
            assert wanted.items() <= container["readinessProbe"].items()
            assert wanted.items() <= probe.items()
        else:
            assert probe["httpGet"]["scheme"] == ("HTTPS" if tls else "HTTP")


def test_every_deployment_has_a_budget_and_a_policy_that_select_it(objects):
    for name, each in of(objects, "Deployment").items():
        labels = each["spec"]["template"]["metadata"]["labels"]
        for kind, key in (("PodDisruptionBudget", "selector"), ("NetworkPolicy", "podSelector")):
            chosen = of(objects, kind)[name]["spec"][key]["matchLabels"]
            assert chosen.items() <= labels.items()
        assert each["spec"]["selector"]["matchLabels"].items() <= labels.items()


def test_what_does_more_in_more_processes_scales_by_itself_and_nothing_else(objects):
    scaled = {
        each["spec"]["scaleTargetRef"]["name"]
        for each in of(objects, "HorizontalPodAutoscaler").values()
    }
    deployments = of(objects, "Deployment")
    fixed = {name for name, each in deployments.items() if "replicas" in each["spec"]}
    consumers = Counter(name.partition(".")[0] for name in all_wants())
    sharing = {f"desk-work-{service}" for service, count in consumers.items() if count > 1}

    assert scaled | fixed == deployments.keys()
    assert not scaled & fixed
    if scaled:
        assert scaled == {n for n in deployments if "-serve-" in n} | sharing
    assert all(deployments[name]["spec"]["replicas"] >= 2 for name in fixed)


def test_callers_of_an_api_see_each_of_its_pods(objects):
    services = of(objects, "Service")
    headless = {n for n, each in services.items() if each["spec"].get("clusterIP") == "None"}

    assert headless == {f"desk-{name}" for name in SERVICES if name != "gateway"}


def calls(objects):
    """Who may call whom over gRPC, as both sides' policies allow it."""
    policies = of(objects, "NetworkPolicy")

    def peers(name, way, key, port):
        return {
            peer["podSelector"]["matchLabels"]["helpdesk/service"]
            for rule in policies[name]["spec"][way]
            if port in [each["port"] for each in rule["ports"]]
            for peer in rule.get(key, [])
            if "podSelector" in peer and "helpdesk/service" in str(peer)
        }

    out = {(a, b) for a in SERVICES for b in peers(f"desk-serve-{a}", "egress", "to", 5051)}
    into = {(a, b) for b in SERVICES for a in peers(f"desk-serve-{b}", "ingress", "from", "grpc")}
    return out, into


def test_network_policies_are_the_call_graph(objects):
    out, into = calls(objects)
    served = [name for name in SERVICES if name != "gateway"]
    graph = {("gateway", name) for name in served}
    graph |= {(name, "identity") for name in ("search", "email", "session", "audit")}
    told = {("audit", name) for name in ("search", "email", "session")}
    own = {(name, name) for name in ("search", "email", "session", "audit")}
    # What ended at identity and at the session service is followed by each process.
    followed = {(name, owner) for name in served for owner in ("identity", "session")}

    assert out == into == graph | told | own | followed
    for name in of(objects, "Deployment"):
        if "-serve-" not in name:
            assert "5051" not in str(of(objects, "NetworkPolicy")[name])


def reached(objects, port):
    """The deployments that may connect to a port outside."""
    found = set()
    for name in of(objects, "Deployment"):
        rules = of(objects, "NetworkPolicy")[name]["spec"]["egress"]
        if any(port in [each["port"] for each in rule["ports"]] for rule in rules):
            found.add(name)
    return found


def test_only_who_needs_an_engine_reaches_its_port(objects):
    names = of(objects, "Deployment").keys()

    assert reached(objects, 9200) == {n for n in names if n.endswith("-search")}
    assert reached(objects, 5671) == {n for n in names if "-serve-" not in n}
    assert reached(objects, 587) == {"desk-relay-email", "desk-work-email"}
    assert reached(objects, 443) == {
        "desk-serve-identity", "desk-relay-audit",
        "desk-serve-email", "desk-relay-email", "desk-work-email",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("HELPDESK_IDENTITY_TICKETS", "https://tickets.example:7443/api"),
        ("HELPDESK_EMAIL_SMTP_ADDRESS", "mail.example:7443"),
        ("HELPDESK_EMAIL_SES_ENDPOINT_URL", "https://ses.example:7443"),
        ("HELPDESK_SESSION_SIGNALS_URL", "https://signals.example:7443/events"),
        ("HELPDESK_AUDIT_WITNESSES", "http://one.example KEY\\,https://two.example:7443/w KEY"),
        ("HELPDESK_AUDIT_ALARM_SMTP", "mail.example:7443"),
    ],
)
def test_who_connects_to_what_a_setting_names_may_reach_its_port(render, setting, value):
    service = setting.split("_")[1].lower()
    said = render({f"serviceSettings.{service}.{setting}": value})
    assert said.returncode == 0, said.stderr
    objects = [each for each in yaml.safe_load_all(said.stdout) if each]

    assert reached(objects, 7443) == {f"desk-{n.replace(' ', '-')}" for n in CONNECTS[setting]}


def test_the_mail_server_of_alarms_is_reached_by_who_mails_them(render):
    said = render({"audit.alarmAddress": "ops@desk.example", "audit.alarmSmtpAddress": "m.x:7025"})
    objects = [each for each in yaml.safe_load_all(said.stdout) if each]
    env = {each["name"]: each["value"] for each in pods(objects)["desk-work-audit"]["containers"][0]["env"]}  # fmt: skip

    assert env["HELPDESK_AUDIT_ALARM_ADDRESS"] == "ops@desk.example"
    assert env["HELPDESK_AUDIT_ALARM_SMTP"] == "m.x:7025"
    assert reached(objects, 7025) == {"desk-work-audit"}


def test_receivers_of_signals_are_a_secret_of_the_process_that_tells_them(render):
    values = {"secrets.receivers": "helpdesk-receivers", "networkPolicy.ports.receivers[0]": "7443"}
    said = render(values)
    assert said.returncode == 0, said.stderr
    objects = [each for each in yaml.safe_load_all(said.stdout) if each]
    found = pods(objects)
    given = {name for name, pod in found.items() if "receivers" in str(pod)}
    [path] = [e["value"] for e in found["desk-work-session"]["containers"][0]["env"] if e["name"] == "HELPDESK_SESSION_SIGNALS_RECEIVERS"]  # fmt: skip
    [volume] = [v for v in found["desk-work-session"]["volumes"] if "helpdesk-receivers" in str(v)]
    mounts = found["desk-work-session"]["containers"][0]["volumeMounts"]

    assert given == {"desk-work-session"}
    assert path == "/receivers/receivers.json"
    assert volume["secret"] == {"secretName": "helpdesk-receivers", "defaultMode": 0o440}
    assert {"name": volume["name"], "mountPath": "/receivers", "readOnly": True} in mounts
    assert reached(objects, 7443) == given


def test_receivers_of_signals_are_mostly_reached_by_https(render):
    said = render({"secrets.receivers": "helpdesk-receivers"})
    objects = [each for each in yaml.safe_load_all(said.stdout) if each]

    assert "desk-work-session" in reached(objects, 443)


def test_traces_of_every_process_reach_the_collector(render):
    said = render({"watching.tracesEndpoint": "http://collector.monitoring:4318"})
    objects = [each for each in yaml.safe_load_all(said.stdout) if each]

    assert reached(objects, 4318) == of(objects, "Deployment").keys()


def test_migrations_run_before_the_rest_with_an_account_of_their_own(objects):
    [job] = of(objects, "Job").values()
    account = of(objects, "ServiceAccount")[job["spec"]["template"]["spec"]["serviceAccountName"]]

    for each in (job, account):
        assert each["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    order = [int(e["metadata"]["annotations"]["helm.sh/hook-weight"]) for e in (account, job)]
    assert order == sorted(set(order))


def test_no_account_has_a_token(objects):
    for account in of(objects, "ServiceAccount").values():
        assert account["automountServiceAccountToken"] is False


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"tls.enabled": "false"}, "tls.allowPlaintext"),
        ({"url": ""}, "url is wanted"),
        ({"opensearch.url": ""}, "opensearch.url is wanted"),
        ({"audit.alarmAddress": "ops@desk.example"}, "audit.alarmSmtpAddress is wanted"),
        ({"ingress.enabled": "true", "ingress.host": "desk.example"}, "https only"),
    ],
)
def test_what_must_be_chosen_is_asked_for(render, values, said):
    answer = render(values)

    assert answer.returncode != 0
    assert said in answer.stderr


def test_the_alerts_reach_the_operator_of_prometheus(render):
    said = render(SETS["with ingress"])
    [rule] = of([e for e in yaml.safe_load_all(said.stdout) if e], "PrometheusRule").values()

    assert rule["spec"] == yaml.safe_load((CHART / "alerts.yaml").read_text())
