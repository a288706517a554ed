#!/usr/bin/env python3
"""A search in another language: keeps the index's listings in memory and looks at each of them.

swapmeet runs it for `[search] plugin = process` and speaks one JSON object a line with it; the page
docs/reference/process-plugins.md has the whole protocol. It needs nothing but Python.
"""
import json
import sys


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Peer:
    def __init__(self):
        self.present = False
        self.name = ""
        self.listings = {}  # by path


class Index:
    def __init__(self):
        self.feed, self.revision = "", 0
        self.peers = {}

    def applied(self, _):
        return {"feed": self.feed, "revision": self.revision}

    def apply(self, batch):
        if batch["base"] != 0 and (batch["feed"], batch["base"]) != (self.feed, self.revision):
            raise Refused("conflict", "the search stands elsewhere in the feed")
        if batch["base"] == 0:
            self.peers = {}
        for change in batch["changes"]:
            peer = self.peers.setdefault(change["peer"], Peer())
            if change["op"] == "put":
                change["name_words"] = [row.split() for row in change["name_words"]]
                for key, rows in change["attribute_words"].items():
                    change["attribute_words"][key] = [row.split() for row in rows]
                change["words"] = change["name_words"] + [row.split() for row in change["folder_words"]]
                peer.listings[change["path"]] = change
            elif change["op"] == "remove":
                peer.listings.pop(change["path"], None)
            elif change["op"] == "clear":
                peer.listings.clear()
            elif change["op"] == "present":
                peer.present, peer.name = True, change["folded_name"]
            elif change["op"] == "absent":
                peer.present = False
        self.feed, self.revision = batch["feed"], batch["upto"]
        return {}

    def search(self, request):
        contents = {}  # what is seen of each, whether it matches or not
        for peer_id, peer in self.peers.items():
            if not peer.present:
                continue
            for listing in peer.listings.values():
                if may_see(request["viewer"], listing):
                    seen = contents.setdefault(listing["content"], {"peers": set(), "names": set(), "best": None})
                    seen["peers"].add(peer_id)
                    seen["names"].add(listing["name"])
                    if matches(request, listing, peer_id, peer.name):
                        seen["best"] = min(filter(None, (seen["best"], fitness(request, listing))), key=lambda one: one[0])
                        seen["modified"] = max(seen.get("modified", ""), listing["modified"])
        hits = [hit_of(content, seen) for content, seen in contents.items() if seen["best"]]
        hits.sort(key=lambda hit: hit.pop("order"))
        if request["sort"] != "relevance":
            key = {"newest": "modified"}.get(request["sort"], request["sort"])
            hits.sort(key=lambda hit: hit[key], reverse=True)
        begin = place_of(request["after"])
        end = begin + request["limit"]
        more = {"next": str(end)} if end < len(hits) else {}
        return {"total": len(hits), "hits": hits[begin:end], **more}


def place_of(after):
    if after and not after.isdecimal():
        raise Refused("invalid_argument", "'after' is no place in these results")
    return int(after or 0)


def may_see(viewer, listing):
    return (
        listing["everyone"]
        or (viewer["account"] and viewer["account"] in listing["accounts"])
        or any(group in listing["groups"] for group in viewer["groups"])
    )


def in_a_row(term, rows):
    """Whether the term's words stand in a row in one of the rows; the last may be a beginning."""
    words = term["words"]
    for row in rows:
        for at in range(len(row) - len(words) + 1):
            part = row[at : at + len(words)]
            if part == words or (term["prefix"] and part[:-1] == words[:-1] and part[-1].startswith(words[-1])):
                return True
    return False


def holds(condition, listing, peer_id, peer_name):
    field, value = condition["field"], condition.get("value")
    if field == "peer":
        return value in (peer_id, peer_name)
    if field == "path":
        return value in listing["folded_path"]
    if field == "min_size":
        return listing["size"] >= value
    if field == "max_size":
        return listing["size"] <= value
    if field == "words_of":
        return in_a_row(condition, listing["attribute_words"].get(condition["attribute"], []))
    if field == "number_of":
        return compares(listing["attributes"].get(condition["attribute"], ""), condition)
    return listing[field] == value  # type, ext


def compares(text, condition):
    try:
        number, wanted = float(text), float(condition["value"])
    except ValueError:
        return False
    return {
        "less": number < wanted,
        "at_most": number <= wanted,
        "equal": number == wanted,
        "at_least": number >= wanted,
        "greater": number > wanted,
    }[condition["comparison"]]


def matches(request, listing, peer_id, peer_name):
    return all(
        holds(one, listing, peer_id, peer_name) != one["negated"] for one in request["filters"]
    ) and all(in_a_row(one, listing["words"]) != one["negated"] for one in request["terms"])


def fitness(request, listing):
    """The smaller, the better it fits: all words in the name first, then the shorter name."""
    wanted = [term for term in request["terms"] if not term["negated"]]
    in_name = bool(wanted) and all(in_a_row(term, listing["name_words"]) for term in wanted)
    name = listing["name"].encode()
    return (not in_name, len(name), name, listing["path"].encode()), listing


def hit_of(content, seen):
    (not_in_name, size, _, _), listing = seen["best"]
    sources, size = len(seen["peers"]), min(size, 255)
    order = (2**48 if not_in_name else 0) + ((2**32 - 1 - sources) << 16) + size
    return {
        "order": (order, content),
        "score": 1 - order / 2**49,
        "content": content,
        "name": listing["name"],
        "path": listing["path"],
        "size": listing["size"],
        "sources": sources,
        "names": sorted(seen["names"] - {listing["name"]})[:10],
        "modified": seen["modified"],
        "attributes": listing["attributes"],
    }


def main():
    index = Index()
    say = lambda answer: print(json.dumps(answer), flush=True)
    json.loads(sys.stdin.readline())  # the host's greeting, with settings and data folder
    say({"swapmeet": 1, "follows": True})
    for line in sys.stdin:
        request = json.loads(line)
        call = {"applied": index.applied, "apply": index.apply, "search": index.search}[request["do"]]
        try:
            say({"id": request["id"], **call(request)})
        except Refused as error:
            say({"id": request["id"], "error": {"code": error.code, "message": str(error)}})


if __name__ == "__main__":
    main()
