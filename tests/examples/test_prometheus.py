"""The metrics with Prometheus itself: promtool reads them and the example rules, and a prometheus gets them from a node_exporter
that reads them through a link, also while the service is killed again and again, and after it was stopped."""
import contextlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request

import pytest

import hosts_intel
import hosts_other
from bus import wait_for
from change import replace
from consumers import EXAMPLES, HOSTS, TOP, export, host, program, run
from fixtures import bus, place, serve  # noqa: F401

RULES = EXAMPLES / "prometheus-rules.yml"
TYPE = "sys/kernel/iommu_groups/1/type"


def test_check_metrics(tmp_path):
    """promtool has nothing to say about hosts of all kinds, nor about the text before the first start."""
    promtool = program("promtool")
    for build in HOSTS if os.environ.get("HAWD_TEST_ALL") else (hosts_other.unreadable, hosts_other.bare, *HOSTS[::8]):
        done = run(promtool, "check", "metrics", input=export("prometheus", host(build, tmp_path / build.__name__)))
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), build.__name__
    assert run(promtool, "check", "metrics", input="").returncode == 0
    # It does not like everything.
    assert run(promtool, "check", "metrics", input="hawd_iova_bits 39\n").returncode != 0


def test_rules(tmp_path):
    promtool = program("promtool")
    done = run(promtool, "check", "rules", RULES)
    assert done.returncode == 0 and "10 rules found" in done.stdout, done.stdout + done.stderr
    test = tmp_path / "test.yml"
    test.write_text((TOP / "tests/examples/prometheus-rules-test.yml").read_text(encoding="utf-8").replace("RULES", str(RULES)), encoding="utf-8")
    done = run(promtool, "test", "rules", test)
    assert done.returncode == 0, done.stdout + done.stderr


class Running:
    """A server of the test; its log says on which port it listens, if it chose it."""

    def __init__(self, place, *command):
        self.log = place / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=subprocess.STDOUT, cwd=place)

    def said(self):
        assert self.process.poll() is None, self.log.read_text(encoding="utf-8")[-2000:]
        return self.log.read_text(encoding="utf-8", errors="replace")

    def close(self):
        self.process.kill()
        self.process.wait()


def get(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read().decode()


def answers(url):
    with contextlib.suppress(OSError):
        return get(url)


@pytest.fixture(name="exporter")
def fixture_exporter(tmp_path):
    """exporter(target): a node_exporter whose directory has a link hawd.prom to it; its URL."""
    running = []

    def start(target):
        (tmp_path / "textfile").mkdir()
        (tmp_path / "textfile" / "hawd.prom").symlink_to(target)
        server = Running(tmp_path, program("prometheus-node-exporter"), "--web.listen-address=127.0.0.1:0", "--collector.disable-defaults",
                         "--collector.textfile", f"--collector.textfile.directory={tmp_path / 'textfile'}")
        running.append(server)
        found = wait_for(lambda: re.search(r"Listening on.*address=127\.0\.0\.1:(\d+)", server.said()), "node_exporter")
        return f"127.0.0.1:{found[1]}"

    yield start
    for server in running:
        server.close()


@pytest.fixture(name="prometheus")
def fixture_prometheus(tmp_path):
    """prometheus(target): a prometheus with the example rules; query(expression) of it."""
    running = []

    def start(target):
        place = tmp_path / "prometheus"
        place.mkdir()
        rules = RULES.read_text(encoding="utf-8")
        assert rules.count("  interval: 5m\n") == 1
        (place / "rules.yml").write_text(rules.replace("  interval: 5m\n", "  interval: 1s\n"), encoding="utf-8")
        (place / "prometheus.yml").write_text(json.dumps({
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}, "rule_files": [str(place / "rules.yml")],
            "scrape_configs": [{"job_name": "node", "static_configs": [{"targets": [target], "labels": {"cluster": "one"}}]}]}), encoding="utf-8")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        running.append(Running(place, program("prometheus"), f"--config.file={place / 'prometheus.yml'}", f"--storage.tsdb.path={place / 'data'}",
                               f"--web.listen-address=127.0.0.1:{port}"))
        wait_for(lambda: running[0].said() and answers(f"http://127.0.0.1:{port}/-/ready"), "prometheus")

        def query(expression):
            result = json.loads(get(f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": expression})))["data"]["result"]
            return [(sample["metric"], float(sample["value"][1])) for sample in result]
        return query

    yield start
    for server in running:
        server.close()


# By the tree: tests/trees/hosts_intel.py.
WIDTHS = {"cpu_physical": 46, "host_physical": 46, "guest_physical": 46, "guest_mappable": 46, "iova": 39, "safe_guest": 46, "safe_guest_with_devices": 39}


def widths(samples):
    return {metric["kind"]: value for metric, value in samples}


def test_through_node_exporter(serve, exporter, prometheus):  # noqa: F811
    service = serve(hosts_intel.client_46_39)
    service.settle()
    query = prometheus(exporter(service.runtime / "metrics.prom"))
    wait_for(lambda: query("cluster_kind:hawd_address_width:min") and query("hawd_address_width"), "the first scrape")
    assert widths(query("hawd_address_width")) == WIDTHS == widths(query("cluster_kind:hawd_address_width:min{cluster='one'}"))
    assert query("node_textfile_scrape_error")[0][1] == 0
    assert query("hawd_profile_info")[0][0]["digest"] == (service.runtime / "current/digest").read_text(encoding="ascii").strip()
    assert {metric["id"] for metric, _ in query("hawd_findings")} == hosts_intel.client_46_39.findings
    # A service that is stopped leaves its values and no error, in scrapes after it.
    assert service.stop() == 0
    end = time.time()
    wait_for(lambda: query(f"timestamp(node_textfile_scrape_error) > {end}"), "a scrape after the stop")
    assert query("node_textfile_scrape_error")[0][1] == 0 and widths(query("hawd_address_width")) == WIDTHS
    # The alert of a host without metrics waits until they are gone.
    assert not query("ALERTS{alertname='HawdProfileMissing'}")
    (service.runtime / "metrics.prom").write_text("", encoding="ascii")
    wait_for(lambda: query("ALERTS{alertname='HawdProfileMissing'}"), "the alert")
    assert query("node_textfile_scrape_error")[0][1] == 0


class Scraper(threading.Thread):
    """Each scrape has all widths and no error."""

    def __init__(self, target):
        super().__init__(daemon=True)
        self.target, self.scrapes, self.wrong, self.going = target, 0, [], True

    def run(self):
        while self.going and not self.wrong:
            text = answers(f"http://{self.target}/metrics") or ""
            found = dict(re.findall(r'^hawd_address_width\{kind="(\w+)"\} (\d+)$', text, re.M))
            if {kind: int(bits) for kind, bits in found.items()} != WIDTHS or not re.search(r"^node_textfile_scrape_error 0$", text, re.M):
                self.wrong.append(text)
            self.scrapes += 1


def test_killed_while_it_is_scraped(serve, exporter):  # noqa: F811
    seed = int(os.environ.get("HAWD_SEED", random.randrange(1 << 32)))
    print("HAWD_SEED =", seed)
    dice = random.Random(seed)
    service = serve(hosts_intel.client_46_39)
    service.settle()
    scraper = Scraper(exporter(service.runtime / "metrics.prom"))
    scraper.start()
    for _ in range(15):
        for _ in range(dice.randrange(1, 9)):
            replace(service.tree, TYPE, dice.choice(("DMA-FQ", "DMA", "identity")) + "\n")
            service.process.send_signal(signal.SIGHUP)
            time.sleep(dice.uniform(0, 0.006))
        service.stop(signal.SIGKILL)
        service.start()
        assert not scraper.wrong
    scraper.going = False
    scraper.join()
    print(f"{scraper.scrapes} scrapes")
    assert not scraper.wrong and scraper.scrapes > 20


def test_why_it_is_so(exporter, tmp_path):
    """A link to a missing file, and a file without its last newline, are errors of the whole host."""
    target = tmp_path / "metrics.prom"
    url = f"http://{exporter(target)}/metrics"
    assert "node_textfile_scrape_error 1" in get(url)
    target.write_text("hawd_x 1", encoding="ascii")
    assert "node_textfile_scrape_error 1" in get(url)
    target.write_text("hawd_x 1\n", encoding="ascii")
    assert "node_textfile_scrape_error 0" in get(url) and "hawd_x 1" in get(url)
    target.write_text("", encoding="ascii")
    assert "node_textfile_scrape_error 0" in get(url)
