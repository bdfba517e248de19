"""
Keeps the symbols of a debug session where the code is: before the MMU at physical addresses, U-Boot's before and after
it moved itself, modules where the kernel put them. Sourced by session.gdb; what it goes by is in session.json beside it.
"""
import json
import os

import gdb

DIRECTORY = os.path.dirname(os.path.abspath(__file__))
NT_GNU_BUILD_ID = 3
MASK = (1 << 64) - 1


def quoted(path):
    """A file name as gdb's own word splitting reads it (gdb_buildargv)."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def address_of(symbol):
    return int(gdb.parse_and_eval("(unsigned long)&" + symbol)) & MASK


def read(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


def byte_order():
    """The guest's, as int.from_bytes() takes it."""
    return "big" if "big endian" in gdb.execute("show endian", to_string=True) else "little"


def build_id_at(address, size):
    """The GNU build id among the notes of that memory (elf(5), Nhdr); None where there is none."""
    notes = read(address, size)
    order = byte_order()
    place = 0
    while place + 12 <= len(notes):
        name_size, value_size, kind = (
            int.from_bytes(notes[place + at : place + at + 4], order) for at in (0, 4, 8)
        )
        name = place + 12
        value = name + (name_size + 3) // 4 * 4
        if kind == NT_GNU_BUILD_ID and notes[name : name + 4] == b"GNU\0":
            return notes[value : value + value_size].hex()
        place = value + (value_size + 3) // 4 * 4
    return None


class Quiet:
    """No questions and no pages meanwhile."""

    def __enter__(self):
        self.before = {name: gdb.parameter(name) for name in ("confirm", "pagination")}
        for name in self.before:
            gdb.execute("set %s off" % name)

    def __exit__(self, *_):
        for name, value in self.before.items():
            gdb.execute("set %s %s" % (name, "on" if value else "off"))


class Trigger(gdb.Breakpoint):
    """Hardware breakpoint of the session's own: the code may not be in memory yet. `action` says whether to stop."""

    def __init__(self, address, action):
        super().__init__("*0x%x" % address, type=gdb.BP_HARDWARE_BREAKPOINT, internal=True)
        self.silent = True
        self.action = action

    def stop(self):
        self.enabled = False
        return bool(self.action())


class Symbols:
    """The phases of a boot; in each the symbols of one file at one place."""

    def __init__(self, session):
        self.phases = session["phases"]
        self.has_commands = False
        self.offsets = [int(phase["offset"]) if "offset" in phase else None for phase in self.phases]

    def start(self):
        self.load(0)

    def load(self, index):
        phase, offset = self.phases[index], self.offsets[index]
        place = [] if offset == 0 else ["-o", "0x%x" % (offset & MASK)]
        with Quiet():
            gdb.execute("unset substitute-path", to_string=True)
            for known, here in phase["sourcePaths"]:
                gdb.execute("set substitute-path %s %s" % (quoted(known), quoted(here)))
            gdb.execute(" ".join(["symbol-file", quoted(phase["file"])] + place), to_string=True)

    def enter(self, index):
        """Whether the guest is to stop here."""
        self.load(index)
        self.add_commands(index)
        self.watch_for_end(index)
        return self.phases[index].get("stop", False)

    def add_commands(self, index):
        """The kernel's lx- commands look its types up when they are loaded, and keep them: so once, with its symbols."""
        scripts = self.phases[index].get("scripts")
        if scripts is not None and not self.has_commands:
            self.has_commands = True
            gdb.execute("source " + scripts)

    def watch_for_end(self, index):
        if index + 1 == len(self.phases):
            return
        until = self.phases[index]["until"]
        enter_next = lambda: self.enter(index + 1)
        if "address" in until:
            Trigger(int(until["address"]), enter_next)
        elif "moves" in until:
            Trigger(address_of(until["moves"]["symbol"]), lambda: self.moved(index))
        else:
            # The symbol as it is linked in the next phase, where the code runs by then.
            Trigger((address_of(until["symbol"]) - self.offsets[index] + self.offsets[index + 1]) & MASK, enter_next)

    def moved(self, index):
        """About to copy itself: where to is in a register."""
        moves = self.phases[index]["until"]["moves"]
        target = int(gdb.parse_and_eval("(unsigned long)$" + moves["register"])) & MASK
        self.offsets[index + 1] = target - int(moves["linked"])
        arrival = address_of(moves["arrival"]) - self.offsets[index] + self.offsets[index + 1]
        Trigger(arrival & MASK, lambda: self.enter(index + 1))
        return False

def check_kernel(session):
    """
    Ends the session when the kernel in memory is not the one that the symbols are of. At once, not by `quit`: gdb takes
    that neither inside a stop nor before the next command of a script, and breakpoints would be anywhere.
    """
    offset = int(session["check"]["offset"])
    notes = session["notes"]
    try:
        found = build_id_at((int(notes["address"]) + offset) & MASK, int(notes["size"]))
    except gdb.MemoryError:
        found = None
    if found == notes["buildId"]:
        return False
    with open(os.path.join(DIRECTORY, "mismatch.json"), "w") as file:
        json.dump({"found": found}, file)
    os._exit(1)


class ModuleSymbols(gdb.Breakpoint):
    """
    Stops the kernel where a module has its final addresses and its init function has not run: module_finalize(hdr, sechdrs,
    me), which every architecture has under this name, with the section headers already saying where each section is.
    """

    PLACE = "module_finalize"

    def __init__(self, files):
        # By its name, not its address: debug information knows the weak one as well, which the linker has left out.
        super().__init__(self.PLACE, internal=True)
        self.silent = True
        self.files = {file["buildId"]: file["path"] for file in files}
        self.names = {os.path.basename(file["path"]): file for file in files}
        self.loaded = {}

    def stop(self):
        try:
            self.load()
        except (gdb.error, gdb.MemoryError) as error:
            gdb.write("symbols of a module: %s\n" % error)
        return False

    def load(self):
        frame = gdb.newest_frame()
        header, table, module = (self.parameter(frame, *names) for names in (("hdr",), ("sechdrs",), ("me", "mod")))
        name = module["name"].string()
        sections = dict(self.sections(header, table))
        build_id = self.build_id(sections)
        path = self.files.get(build_id)
        if path is None:
            self.explain(name, build_id)
            return
        places = {key: address for key, (address, size) in sections.items() if address and size}
        text = places.pop(".text", None)
        with Quiet():
            self.forget(name)
            words = ["add-symbol-file", quoted(path)] + ([] if text is None else ["0x%x" % text])
            for section, address in places.items():
                words += ["-s", quoted(section), "0x%x" % address]
            gdb.execute(" ".join(words), to_string=True)
        self.loaded[name] = text if text is not None else min(places.values())
        gdb.write("symbols of module %s: %s, .text at 0x%x\n" % (name, path, text or 0))

    @staticmethod
    def parameter(frame, *names):
        """The first of these that the function has: architectures name the module differently."""
        for name in names:
            try:
                return frame.read_var(name)
            except ValueError:
                pass
        raise gdb.error("%s has no parameter %s" % (frame.name(), " or ".join(names)))

    def sections(self, header, table):
        names = int(table[int(header["e_shstrndx"])]["sh_addr"])
        for index in range(1, int(header["e_shnum"])):
            section = table[index]
            if int(section["sh_flags"]) & 2 == 0:  # SHF_ALLOC
                continue
            place = gdb.Value(names + int(section["sh_name"])).cast(gdb.lookup_type("char").pointer())
            yield place.string(), (int(section["sh_addr"]) & MASK, int(section["sh_size"]))

    def build_id(self, sections):
        address, size = sections.get(".note.gnu.build-id", (0, 0))
        return build_id_at(address, size) if size else None

    def forget(self, name):
        """What an earlier load left: the addresses are others now."""
        text = self.loaded.pop(name, None)
        if text is not None:
            gdb.execute("remove-symbol-file -a 0x%x" % text, to_string=True)

    def explain(self, name, build_id):
        """The kernel writes a module's name with underscores, the file may have dashes."""
        near = [f for n, f in self.names.items() if n.split(".")[0].replace("-", "_") == name]
        if near:
            gdb.write(
                "no symbols of module %s: the guest has build id %s, %s has %s. Build it and what packs it again\n"
                % (name, build_id, near[0]["path"], near[0]["buildId"])
            )
        else:
            gdb.write("no symbols of module %s: no file with build id %s was given\n" % (name, build_id))


def watch_modules(session):
    """
    A kernel without modules has no such function; one that is not loaded yet gets the breakpoint by its symbol. Breakpoints
    in modules that are still to be loaded pend without a question, which a script would answer with no.
    """
    if not session["modules"]:
        return
    with Quiet():
        gdb.execute("set breakpoint pending on")
        ModuleSymbols(session["modules"])


def ended(event):
    """
    The guest has ended: so does the session. Not from within the event, gdb is not done with it. Without an exit code
    gdb itself has let go of the guest, as at its own end, where an event that nobody takes any more makes it crash.
    """
    if hasattr(event, "exit_code"):
        gdb.post_event(lambda: gdb.execute("quit"))


with open(os.path.join(DIRECTORY, "session.json")) as description:
    SESSION = json.load(description)

if SESSION["interactive"]:
    gdb.events.exited.connect(ended)
SYMBOLS = Symbols(SESSION)
SYMBOLS.start()


def watch():
    """To be called once gdb is connected: breakpoints are the guest's from here on."""
    SYMBOLS.add_commands(0)
    SYMBOLS.watch_for_end(0)
    watch_modules(SESSION)
    check = SESSION.get("check")
    if check is not None:
        Trigger(int(check["address"]), lambda: check_kernel(SESSION))


def run_to(place):
    """Lets the guest run to a location, unless it is there: a breakpoint where it stands would be stepped over."""
    if place.startswith("*") and int(place[1:], 16) == int(gdb.parse_and_eval("(unsigned long)$pc")) & MASK:
        gdb.execute("frame")
        return
    gdb.execute("thbreak " + place)
    gdb.execute("continue")
