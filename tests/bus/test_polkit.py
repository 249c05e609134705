"""Refresh by somebody who is not root, with a polkit that grants, refuses, wants a password, says nonsense, or nothing."""
import pytest

import hosts_intel
from answering import Answering
from bus import HOST, NAME, NOBODY, PATH, BusError, Client, wait_for

pytestmark = pytest.mark.usefixtures("root")
ALLOW_INTERACTION = 4


class Polkit(Answering):
    """Owns polkit's name and gives every question the same answer: (signature, arguments), or None for no answer."""

    def __init__(self, bus, says):
        self.says, self.questions = says, []
        super().__init__(bus, "org.freedesktop.PolicyKit1", self.decide)

    def decide(self, member, _path, body):
        if member != "CheckAuthorization":
            return None
        self.questions.append(body)
        return self.says


def answer(authorized, challenge):
    return "(bba{ss})", ((authorized, challenge, {}),)


@pytest.fixture
def service(serve):
    return serve(hosts_intel.client_46_39)


@pytest.fixture
def somebody(bus, service):
    client = Client(bus.address, NOBODY)
    yield client
    client.close()


def refusal(client, flags=0):
    with pytest.raises(BusError) as error:
        client.call(PATH, HOST, "Refresh", flags=flags)
    assert error.value.name == NAME + ".Error.NotAuthorized"
    return error.value.text


def test_yes(service, bus, somebody):
    polkit = Polkit(bus, answer(True, False))
    service.tree.write("proc/sys/kernel/hostname", "other\n")
    assert somebody.call(PATH, HOST, "Refresh") == ()
    assert somebody.get("Hostname") == "other"
    (subject, details), action, _, flags, cancellation = polkit.questions[0]
    assert (subject, details) == ("system-bus-name", {"name": ("s", somebody.connection.unique_name)})
    assert (action, flags, cancellation) == ("org.hawd.AddressWidth1.refresh", 0, "")


def test_a_password_may_be_asked_for(service, bus, somebody):
    polkit = Polkit(bus, answer(True, False))
    somebody.call(PATH, HOST, "Refresh", flags=ALLOW_INTERACTION)
    assert polkit.questions[0][3] == 1


def test_no(service, bus, somebody):
    Polkit(bus, answer(False, False))
    service.tree.write("proc/sys/kernel/hostname", "other\n")
    assert "denied" in refusal(somebody)
    assert somebody.get("Hostname") == "client"


def test_challenge(service, bus, somebody):
    Polkit(bus, answer(False, True))
    assert "authentication" in refusal(somebody)


@pytest.mark.parametrize("nonsense", [("s", ("yes",)), ("b", (True,)), (None, ()), ("(bb)", ((True, True),)), ("(bba{sv})", ((True, True, {}),))])
def test_nonsense(service, bus, somebody, nonsense):
    """Nothing but the one form is a yes."""
    Polkit(bus, nonsense)
    refusal(somebody)
    assert somebody.get("Generation") == 1


def test_no_answer(service, bus, somebody):
    """The service goes on, four questions of a user are open at most, and root is asked for none."""
    polkit = Polkit(bus, None)
    for _ in range(12):
        somebody.send(PATH, HOST, "Refresh")
    assert somebody.answers(8) == [NAME + ".Error.NotAuthorized"] * 8
    somebody.ping()
    assert len(polkit.questions) == 4
    # Another user's are counted by themselves.
    other = Client(bus.address, 2)  # bin
    other.send(PATH, HOST, "Refresh")
    wait_for(lambda: len(polkit.questions) == 5, "the question of another user")
    other.close()
    root = Client(bus.address)
    root.call(PATH, HOST, "Refresh")
    root.close()
    # polkit ends: what was asked is refused, and asking is possible again.
    polkit.end()
    assert somebody.answers(4) == [NAME + ".Error.NotAuthorized"] * 4
    Polkit(bus, answer(True, False))
    assert somebody.call(PATH, HOST, "Refresh") == ()


def test_the_asker_goes(service, bus):
    """While polkit thinks: its answer then meets nobody."""
    Polkit(bus, None)
    for _ in range(5):
        gone = Client(bus.address, NOBODY)
        gone.send(PATH, HOST, "Refresh")
        gone.close()
    client = Client(bus.address)
    assert client.get("IovaBits") == 39
    client.close()


def test_stopped_while_polkit_thinks(service, bus, somebody):
    Polkit(bus, None)
    somebody.send(PATH, HOST, "Refresh")
    somebody.ping()
    assert service.stop() == 0


def test_the_limit_holds_for_those_polkit_lets(service, bus, somebody):
    Polkit(bus, answer(True, False))
    for _ in range(5):
        somebody.call(PATH, HOST, "Refresh")
    with pytest.raises(BusError) as error:
        somebody.call(PATH, HOST, "Refresh")
    assert error.value.name == NAME + ".Error.RateLimited"
