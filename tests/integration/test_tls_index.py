"""TLS to OpenSearch: the real one behind what ends TLS, with the cases that every index keeps."""

from urllib.parse import urlsplit

import pytest

from helpdesk.kernel import secrets
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.resources import Resources
from helpdesk.kernel.settings import parse
from services.search.composition import index_of
from services.search.index import opensearch_client
from services.search.settings import SearchSettings
from tests.integration import test_index_contract as contract
from tests.integration.documents import ana, filled, found
from tests.support.certificates import made
from tests.support.tls_forwarding import forwarded

# Together they make every call that the index has; those of large sets say nothing about a wire.
CASES = (
    contract.test_an_empty_index_finds_nothing_at_no_position,
    contract.test_versions_are_ordered_within_one_commit,
    contract.test_a_late_update_does_not_revive_what_is_gone,
    contract.test_documents_and_position_are_there_after_a_restart,
    contract.test_a_commit_for_one_source_keeps_the_position_of_the_other,
    contract.test_documents_of_an_organization_are_all_returned_as_they_were_given,
    contract.test_pages_repeat_and_skip_nothing,
)


@pytest.fixture(scope="module")
def certs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certs")
    made(folder)
    return folder


@pytest.fixture(scope="module")
def secure(certs, opensearch_url):
    """What ends TLS in front of OpenSearch, whose distribution for tests has none of its own."""
    there = urlsplit(opensearch_url)
    with forwarded(
        (there.hostname, there.port), certs / "opensearch.pem", certs / "opensearch.key"
    ) as forwarder:
        yield forwarder


@pytest.fixture
def open_index(secure, certs, name, tmp_path):
    """Opens the same index again by an operator's settings, as a new process would."""
    secrets.create(tmp_path / "secrets")
    resources = Resources(
        {
            "HELPDESK_DATA_DIR": str(tmp_path),
            "HELPDESK_SEARCH_OPENSEARCH_URL": f"https://127.0.0.1:{secure.port}",
            "HELPDESK_SEARCH_OPENSEARCH_CA_FILE": str(certs / "ca.pem"),
            "HELPDESK_SEARCH_OPENSEARCH_INDEX": name,
        }
    )
    opened = []

    def again():
        opened.append(index_of(resources, parse(SearchSettings, "search", resources.env)))
        return opened[-1]

    yield again
    for index in opened:
        index.close()
    resources.close()


@pytest.fixture
def index(open_index):
    return open_index()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__.removeprefix("test_"))
def test_an_index_keeps_its_promises_over_tls(case, request, secure):
    before = secure.taken
    (wanted,) = {"index", "open_index"} & set(
        case.__code__.co_varnames[: case.__code__.co_argcount]
    )
    case(request.getfixturevalue(wanted))

    assert secure.taken > before


def test_searches_go_on_when_what_ends_tls_is_started_anew(index, secure):
    filled(index, ana(5), identity=5)
    before = secure.taken
    assert found(index) == [("Ana", 5)]
    secure.cut()

    assert found(index) == [("Ana", 5)]
    assert secure.taken > before


def asked(url, ca_file):
    client = opensearch_client.connected(url, ca_file=str(ca_file))
    try:
        with opensearch_client.failures():
            return client.info()["version"]["distribution"]
    finally:
        client.close()


def test_an_index_of_a_strange_authority_is_refused(secure, certs, tmp_path):
    url = f"https://127.0.0.1:{secure.port}"
    made(tmp_path)
    assert asked(url, certs / "ca.pem") == "opensearch"

    with pytest.raises(Unavailable):
        asked(url, tmp_path / "ca.pem")


def test_an_index_with_another_name_is_refused(secure, certs):
    with pytest.raises(Unavailable):
        asked(f"https://127.1:{secure.port}", certs / "ca.pem")


def test_nothing_is_searched_in_plain_text_where_tls_is_wanted(secure):
    client = opensearch_client.connected(f"http://127.0.0.1:{secure.port}")
    try:
        with pytest.raises(Unavailable), opensearch_client.failures():
            client.info()
    finally:
        client.close()
