// The engine of the checked tile library: compiled once, linked to every checked program.
#include <pto/checked/engine.hpp>
#include <pto/checked/kernel.hpp>
#include <ptodsl/checked/control.hpp>

#include <string>

namespace pto::checked {

Turn admit(const Instruction&) { return Turn::Now; }
void hold(Work* work) { delete work; }
bool scalar_access(const Touch&, Site) { return true; }
bool inside_parameters(const char*, const char*, Effect, const Region&, Site) { return true; }
unsigned char* global_shadow(const void*, int64_t) { return nullptr; }
void set(pipe_t, pipe_t, event_t, Site) {}
void wait(pipe_t, pipe_t, event_t, Site) {}
void barrier(pipe_t, Site) {}

void report(const char*, Site, const Field*, int, Site) {}

void begin(const char*, const Parameter*, int, Site) {}
void end(Site) {}

}  // namespace pto::checked

void ptodsl_check_start(const ptodsl_check*) {}
void ptodsl_check_undefined(const void*, int64_t) {}
const char* ptodsl_check_findings() { return "[]"; }
