"""Open a TimOS vault without TimOS: from dumps of its databases and its keyring.

Written from docs/vault-format.md alone, as a second implementation of that description; § names its sections. It
needs Python 3 (tried with 3.11), the package "cryptography" (for AES-GCM; tried with 38 and 48), and no network. What it
prints is plaintext: send it to a place that only you can read. Whole dumps are held in memory.

  python3 open_vault.py --keyring KEYRING [--keys KEYS.sql] [--states PLATFORM.sql] VAULT.sql > journal.jsonl
      prints a JSON object a row. KEYS.sql is a dump with dek_wraps or vault_keys; without it the wraps in VAULT.sql
      are used. PLATFORM.sql is a dump with vault_states and user_deks, of the same moment as VAULT.sql: what the
      vault holds is then compared with what it should hold.
  python3 open_vault.py --attachment IN --out OUT < KEY
      opens an attachment. Its key, in hex, is in the row that it belongs to.
  python3 open_vault.py --self-test box.vectors.json stream.vectors.json
      checks this program.

What does not open is named on stderr, the rest is printed, and the exit code is 1. It is 0 when all was as it should
be, and 2 for a command that was not understood.
"""
import argparse
import hashlib
import hmac
import io
import json
import os
import re
import sys
from contextlib import suppress
from pathlib import Path

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError:
    sys.exit('the Python package "cryptography" is missing: apt-get install python3-cryptography')


class Refused(ValueError):
    """Something is not as the format says. The message holds no key and no plaintext."""


problems = []


def require(condition, message):
    if not condition:
        raise Refused(message)


def report(message):
    if message not in problems:
        problems.append(message)
        print(message, file=sys.stderr)


# The two building blocks, at the beginning of the document
def hkdf(key, info, salt=b""):
    """The first 64 bytes of HKDF-SHA256 (RFC 5869). A shorter output is the beginning of a longer one."""
    prk, info = hmac.digest(salt, key, "sha256"), info.encode()
    first = hmac.digest(prk, info + b"\1", "sha256")
    return first + hmac.digest(prk, first + info + b"\2", "sha256")


def associated_data(domain, *parts):
    parts = [len(parts).to_bytes(4, "big"), *(len(part).to_bytes(4, "big") + part for part in parts)]
    return domain.encode() + b"\0" + b"".join(parts)


def gcm_open(key, nonce, sealed, data):
    require(len(sealed) >= 16, "too short for a tag")
    try:
        return AESGCM(key).decrypt(nonce, sealed, data)
    except InvalidTag:
        raise Refused("the tag does not verify") from None


# § Keyring file
def read_keyring(path):
    """The master keys of a keyring file, by what mek_ref calls them."""
    require(not os.path.islink(path), "the keyring is a symbolic link")
    require(os.name != "posix" or not os.stat(path).st_mode & 0o077, "others can read the keyring")
    data = Path(path).read_bytes()
    require(data[:8] == b"TIMOSKR1", "this is no keyring")
    require(hashlib.sha256(data[:-32]).digest() == data[-32:], "the keyring is damaged")
    body, keys, active = io.BytesIO(data[8:-32]), {}, 0
    for _ in range(int.from_bytes(body.read(2), "big")):
        key_id = body.read(int.from_bytes(body.read(1), "big"))
        status, _made, key = body.read(1), body.read(8), body.read(32)
        require(status in (b"\1", b"\2") and len(key) == 32, "the keyring is malformed")
        require(key_id == hkdf(key, "timos/mek-id/v1")[:8].hex().encode(), "a key in the keyring has a wrong id")
        keys[b"local:" + key_id], active = key, active + (status == b"\1")
    require(active == 1 and not body.read(), "the keyring is malformed")
    return keys


# § Wrap
def unwrap(wrap, meks, owner, version, dek_id):
    """The data key in a row of vault_keys or dek_wraps, which is the one that dek_id names."""
    require(wrap, f"no wrap of its data key, version {version}")
    ref, blob = wrap["mek_ref"], wrap["blob"]
    require(wrap["suite"] == 1, f"its data key is wrapped by a key service: {ref.decode()}")
    require(ref in meks, f"its master key is not in the keyring: {ref.decode()}")
    require(wrap.get("dek_id", dek_id) == dek_id, "it names another data key than the wrap")
    require(len(blob) == 60, "the wrap of its data key has a wrong length")
    data = associated_data("timos/dek/v1", owner, version.to_bytes(4, "big"), dek_id, ref)
    try:
        dek = gcm_open(meks[ref], blob[:12], blob[12:], data)
    except Refused as error:
        raise Refused(f"the wrap of its data key: {error}") from None
    check_dek(dek, dek_id)
    return dek


def check_dek(dek, dek_id):
    require(hmac.compare_digest(hkdf(dek, "timos/dek-id/v1")[:16], dek_id), "wrong data key")


# § Box
def padded_length(m):
    """What m bytes, 4 of length and the JSON, are padded to (§ Padding)."""
    if m <= 1024:
        return max(64, 1 << (m - 1).bit_length())
    e = m.bit_length() - 1  # floor(log2 m); and e.bit_length() is floor(log2 e) + 1
    step = 1 << (e - e.bit_length())
    return (m + step - 1) // step * step


def open_box(box, find_dek, table, name, owner, row_id, rev):
    """The text in a box. find_dek(owner, version, dek_id) gives the data key."""
    require(len(box) >= 114, "the box is too short")
    require(box[:2] == b"\xf9\x01", "it has another format or suite")
    dek = find_dek(owner, int.from_bytes(box[2:6], "big"), box[6:22])
    place = table.encode(), name.encode(), owner, row_id, rev.to_bytes(8, "big"), box[:22]
    key, data = hkdf(dek, f"timos/box/v1/{table}")[:32], associated_data("timos/box/v1", *place)
    padded = gcm_open(key, box[22:34], box[34:], data)
    end = 4 + int.from_bytes(padded[:4], "big")
    require(len(padded) == padded_length(end) and not any(padded[end:]), "the padding is wrong")
    return padded[4:end].decode()


# § Blind value
def blind_value(dek, table, column, value):
    """What stands in an indexed column instead of a value; column in camel case."""
    key = hkdf(dek, f"timos/blind/v1/{table}/{column}")[:32]
    return hmac.digest(key, value.encode(), "sha256")[:16]


# § Attachment stream
def open_stream(stream, file_key):
    """The file in a stream: all of it, or nothing."""
    header, chunks = stream[:66], [stream[at:at + 65552] for at in range(66, len(stream), 65552)]
    require(chunks and header[:2] == b"\xf9\x02", "it has another format or suite, or no chunk")
    keys, file = hkdf(file_key, "timos/file/v1", header[2:34]), []
    require(hmac.compare_digest(keys[32:], header[34:]), "this is not the key of the stream")
    for number, chunk in enumerate(chunks):
        nonce = number.to_bytes(11, "big") + bytes([number == len(chunks) - 1])
        file.append(gcm_open(keys[:32], nonce, chunk, header))
    require(file[-1] or len(file) == 1, "the last chunk is empty")
    return b"".join(file)


# § Rows
def id_of(row):
    return row.get("id", row["owner_id"])


def open_row(table, boxes, row, find_dek):
    """What is in a row, for printing. Boxes that stay shut are reported, and named in it."""
    owner, row_id, rev = row["owner_id"], id_of(row), row["rev"]
    uuid = re.sub("^(.{8})(.{4})(.{4})(.{4})", r"\1-\2-\3-\4-", row_id.hex())
    out = {"table": table, "owner": owner.hex(), "id": uuid, "rev": rev,
           "purgeAfter": (row.get("purge_after") or b"").decode() or None, "fields": {}}
    for column in boxes:
        name = re.sub("_([a-z])", lambda match: match[1].upper(), column)
        try:
            out["fields"].update(json.loads(open_box(row[column], find_dek, table, name, owner, row_id, rev)))
        except Exception as error:  # whatever it is: one box does not keep the others shut
            out.setdefault("unopened", []).append(name)
            report(f"{table} {uuid} rev {rev}, {name}: {error}")
    return out


# § State
def check_states(states, held, find_dek, dek_ids):
    """Compare what the vault holds, (table, row) by owner, with the rows of vault_states."""
    for state in states:
        owner, version = state["owner_id"], state["dek_version"]
        known = held.pop(owner, [])
        rev = next((row["rev"] for table, row in known if table == "vault_heads"), 0)
        try:
            require(state["violated_at"] is None, "TimOS itself found it changed")
            wanted = [(state["rev"], state["sum"]), (state["next_rev"], state["next_sum"])]
            require(rev in (wanted[0][0], wanted[1][0]), f"it is at revision {rev} and should be at {state['rev']}")
            require((owner, version) in dek_ids, f"no id of its data key, version {version}")
            key = hkdf(find_dek(owner, version, dek_ids[owner, version]), "timos/state/v1")[:32]
            total = 0
            for table, row in known:
                place = table.encode(), id_of(row), row["rev"].to_bytes(8, "big"), row.get("purge_after") or b""
                element = hmac.digest(key, associated_data("timos/state/v1", *place), "sha256")
                total += int.from_bytes(element, "big")
            found = rev, (total % 2**256).to_bytes(32, "big")
            require(found in wanted, f"its rows are not those of revision {rev}")
        except Refused as error:
            report(f"the vault of {owner.hex()}: {error}")
    for owner in held:
        report(f"the vault of {owner.hex()}: vault_states does not have it")


# § Out of a dump
TOKEN = re.compile(rb"\s+|--(?=\s)[^\n]*|#[^\n]*|/\*.*?\*/|0x(?P<hex>[0-9A-Fa-f]+)"
                   rb"|'(?P<text>[^'\\]*(?:(?:''|\\.)[^'\\]*)*)'|(?P<other>`[^`]+`|[\w.+-]+|.)", re.S)
ESCAPES = bytes.maketrans(b"0bnrtZ", b"\0\b\n\r\t\x1a")  # any other character stands for itself


def statements(dump):
    """Each statement as a list: values are bytes, int and None; words, `names` and signs are str."""
    statement = []
    for token in TOKEN.finditer(dump):
        word = (token["other"] or b"").decode("latin-1")
        require(word != "'", "the dump ends within a text")
        if token["hex"]:
            statement.append(bytes.fromhex(token["hex"].decode()))
        elif token["text"] is not None:
            statement.append(re.sub(rb"''|\\[^%_]", lambda m: m[0][1:].translate(ESCAPES), token["text"]))
        elif word == ";":
            yield statement
            statement = []
        elif word not in ("", "_binary"):
            statement.append(int(word) if word.isdecimal() else None if word == "NULL" else word)
    require(not statement, "the dump ends within a statement")


def column_types(words):
    """The types of the columns in a CREATE TABLE, in order, by name."""
    types, depth = {}, 0
    for before, name, kind in zip(words, words[1:], words[2:]):
        depth += (before == "(") - (before == ")")
        if depth == 1 and before in ("(", ",") and name[0] == "`":
            types[name[1:-1]] = kind
    return types


def box_columns(columns, types):
    """Which columns are boxes: by type, or by name where the dump has no CREATE TABLE."""
    if not {"owner_id", "rev"} <= set(columns):
        return []
    if types:
        return [name for name in columns if types.get(name) in ("mediumblob", "longblob")]
    return [name for name in columns if not re.fullmatch("owner_id|id|rev|purge_after|.*_key", name)]


def rows(path):
    """Every row of a dump: the table, which columns are boxes, and the values by column."""
    dump, types = Path(path).read_bytes(), {}
    if b"\n-- " in dump[:500] and not dump.rstrip().rsplit(b"\n", 1)[-1].startswith(b"-- Dump completed"):
        report(f"{path} was cut short: its last line is not '-- Dump completed'")
    try:
        for words in statements(dump):
            names = [word[1:-1] for word in words if isinstance(word, str) and word[0] == "`"]
            if words[:2] == ["CREATE", "TABLE"] and names:
                types[names[0]] = column_types(words)
            elif words and words[0] in ("INSERT", "REPLACE") and "VALUES" in words:
                require(names, "its names are not in backticks")
                known = types.get(names[0], {})
                columns = names[1:] or list(known)
                boxes = box_columns(columns, known)
                values = [word for word in words[words.index("VALUES") + 1:] if word not in ("(", ",", ")")]
                if not columns or len(values) % len(columns):
                    report(f"{path}, {names[0]}: rows and columns do not match")
                    continue
                for at in range(0, len(values), len(columns)):
                    yield names[0], boxes, dict(zip(columns, values[at:at + len(columns)]))
    except Refused as error:
        report(f"{path}: {error}")


def open_dump(vault, keyring, keys, states):
    """Print every row of the vault in a dump as a line of JSON; and check them all, given vault_states."""
    meks, wraps, held = read_keyring(keyring), {}, {}
    for table, _boxes, row in rows(keys):
        if table in ("vault_keys", "dek_wraps") and row["method"] == b"mek":
            wraps[row["owner_id"], row["version"]] = row
    refs = {row["mek_ref"] for row in wraps.values()}
    require(refs, f"{keys}: no wrap of a data key is in it")
    named = ", ".join(sorted(ref.decode() for ref in refs))
    require(refs & meks.keys(), f"the keyring has none of the master keys that the wraps name: {named}")

    def find_dek(owner, version, dek_id):
        return unwrap(wraps.get((owner, version)), meks, owner, version, dek_id)

    for table, boxes, row in rows(vault):
        if boxes:
            print(json.dumps(open_row(table, boxes, row, find_dek), ensure_ascii=False))
            place = {name: row[name] for name in ("owner_id", "id", "rev", "purge_after") if name in row}
            held.setdefault(row["owner_id"], []).append((table, place))
    if not held:
        report(f"{vault}: no row of a vault is in it")
    if states:
        found = [(table, row) for table, _boxes, row in rows(states)]
        dek_ids = {(row["owner_id"], row["version"]): row["dek_id"] for table, row in found if table == "user_deks"}
        check_states([row for table, row in found if table == "vault_states"], held, find_dek, dek_ids)


# --self-test: the golden vectors of api/src/crypto
def box_vector(vector):
    """What is sealed, a function that opens it, and what must come out."""
    dek, owner, row_id, box = (bytes.fromhex(vector[x]) for x in ("dek", "ownerId", "rowId", "sealed"))

    def find_dek(_owner, version, dek_id):
        require(version == vector["version"], "it names another version")
        check_dek(dek, dek_id)
        return dek

    place = vector["table"], vector["box"], owner, row_id, vector["rev"]
    blind = blind_value(dek, "daily_entries", "dayKey", "2026-11-21").hex()  # in § A worked example
    require(vector["name"] != "a short text" or blind == "47155a1ba48a80c2c55c7c123a0ade0b", "another blind value")
    return box, lambda box: open_box(box, find_dek, *place), vector["text"]


def stream_vector(vector):
    """As box_vector, of an attachment. The file is given by its length, the stream by its hash."""
    file_key, salt = bytes.fromhex(vector["fileKey"]), bytes.fromhex(vector["salt"])
    file = bytes((7 * i + i // 256) % 256 for i in range(vector["length"]))
    keys = hkdf(file_key, "timos/file/v1", salt)
    stream = header = b"\xf9\x02" + salt + keys[32:]
    for number, start in enumerate(range(0, len(file) or 1, 65536)):
        nonce = number.to_bytes(11, "big") + bytes([start + 65536 >= len(file)])
        stream += AESGCM(keys[:32]).encrypt(nonce, file[start:start + 65536], header)
    made = {"header": header.hex(), "sealedLength": len(stream), "lastTag": stream[-16:].hex(),
            "sealedSha256": hashlib.sha256(stream).hexdigest()}
    require(made.items() <= vector.items(), "its file makes another stream")
    return stream, lambda stream: open_stream(stream, file_key), file


def changes(sealed):
    """It lengthened, cut, without its last chunk, empty, and with one bit changed: each bit, if it is short."""
    yield from (sealed + b"\0", sealed[:-1], sealed[:-((len(sealed) - 67) % 65552 + 1)], b"")
    end = 8 * len(sealed)
    for at in {*range(600), *range(600, end, 1 if end < 80000 else 32749), *range(end - 200, end)}:
        yield sealed[:at // 8] + bytes([sealed[at // 8] ^ 1 << at % 8]) + sealed[at // 8 + 1:]


def self_test(path):
    """Report each golden vector that does not open, or that opens when it is changed."""
    vectors = json.loads(Path(path).read_bytes())
    for number, vector in enumerate(vectors):
        try:
            sealed, attempt, content = (box_vector if "box" in vector else stream_vector)(vector)
            require(attempt(sealed) == content, "it holds something else")
            for other in changes(sealed):
                with suppress(Refused):
                    attempt(other)
                    raise ValueError("it opens when it is changed")
        except ValueError as error:
            report(f"{path}, vector {number}: {error}")
    print(f"{path}: {len(vectors)} vectors")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vault", nargs="?", metavar="VAULT.sql")
    parser.add_argument("--keyring")
    parser.add_argument("--keys", metavar="KEYS.sql")
    parser.add_argument("--states", metavar="PLATFORM.sql")
    parser.add_argument("--attachment", metavar="IN")
    parser.add_argument("--out")
    parser.add_argument("--self-test", nargs="+", metavar="VECTORS.json")
    args = parser.parse_args()
    os.umask(0o077)
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # half a surrogate pair
    try:
        if args.self_test:
            for path in args.self_test:
                self_test(path)
        elif args.attachment and args.out:
            file = open_stream(Path(args.attachment).read_bytes(), bytes.fromhex(sys.stdin.readline()))
            with open(args.out, "xb") as out:
                out.write(file)
        elif args.vault and args.keyring:
            open_dump(args.vault, args.keyring, args.keys or args.vault, args.states)
        else:
            parser.error("nothing to open: see --help")
    except (OSError, ValueError) as error:
        report(f"refused: {error}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
