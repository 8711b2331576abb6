"""E06: toolchain and build."""

from __future__ import annotations

from ptodsl.errors import Diagnostic


class TargetUnknown(Diagnostic):
    """A target that no toolchain builds for."""

    code = "E0601"
    template = "there is no target `{target}`"
    remedy = "choose one of {known}"


class CompilerMissing(Diagnostic):
    """No compiler that can build for the target."""

    code = "E0602"
    template = "no compiler for target `{target}` was found: it needs {needed}"
    remedy = "{install}"


class HeadersMissing(Diagnostic):
    """The environment does not name the folder that the target's headers are in."""

    code = "E0603"
    template = "target `{target}` needs {what}: {problem}"
    remedy = "{install}"


class DTypeUnsupported(Diagnostic):
    """A dtype that the target computes wrongly."""

    code = "E0604"
    template = "target `{target}` does not take {dtype}: {reason}"
    remedy = "use target `cpu`, or declare the data as FP16 or FP32"


class LauncherMissing(Diagnostic):
    """A target that can be compiled for but not launched from here."""

    code = "E0605"
    template = "target `{target}` cannot be launched here: {reason}"
    remedy = "take the C++ from `ptodsl.emit` and build it with the target's own tools, or use target `cpu`"


class CompileFailed(Diagnostic):
    """The C++ compiler refused the text, or died."""

    code = "E0606"
    template = "{compiler} {outcome}:\n{output}"
    remedy = "the source, the command and the compiler's whole output are kept in {folder}"


class CacheNotOwned(Diagnostic):
    """Something in the cache that another user may have put there."""

    code = "E0607"
    template = "the cache is not safe to load from: {path} {reason}"
    remedy = "set PTODSL_CACHE_DIR to a folder of your own, or remove this one"


class CacheUnusable(Diagnostic):
    """A cache folder that cannot be written."""

    code = "E0608"
    template = "the cache folder {folder} cannot be used: {reason}"
    remedy = "make it writable, or set PTODSL_CACHE_DIR to a folder that is"


class LibraryRefused(Diagnostic):
    """A library that the dynamic linker does not load, or that is no program."""

    code = "E0609"
    template = "the library {path} cannot be loaded: {reason}"
    remedy = "remove it and compile again; it must have been built on a machine like this one"


class ArchitectureUnsupported(Diagnostic):
    """An architecture that the target has no build for."""

    code = "E0610"
    template = "target `{target}` has no build for architecture `{arch}`"
    remedy = "choose one of {known}"


class ArchitectureUnknown(Diagnostic):
    """A name that is no architecture."""

    code = "E0611"
    template = "there is no architecture `{arch}`"
    remedy = "choose one of {known}"


class ThreadsUnusable(Diagnostic):
    """A number of threads that no launch can have."""

    code = "E0612"
    template = "threads={threads}: a launch has at least one worker, the thread that calls it"
    remedy = "give a whole number from 1, or leave it out for one worker a processor, here {processors}"


class ScheduleUnknown(Diagnostic):
    """A word that is no order of the pipes."""

    code = "E0613"
    template = "there is no schedule `{schedule}`"
    remedy = "choose one of {known}; SEED is a whole number from 0"


class ScheduleRefused(Diagnostic):
    """A target that runs in program order alone, or that judges nothing."""

    code = "E0614"
    template = "target `{target}` takes no `{option}`: it runs in program order and judges nothing"
    remedy = 'compile with `target="checked"`, or leave `{option}` out'


class LimitUnusable(Diagnostic):
    """A number of findings that nobody can be shown."""

    code = "E0615"
    template = "limit={limit}: a checked launch keeps at least one finding"
    remedy = "give a whole number from 1"
