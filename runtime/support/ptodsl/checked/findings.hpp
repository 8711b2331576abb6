// What was found in a run: each kind once for a place and another place, up to a limit.
#pragma once

#include <unistd.h>

#include <string>
#include <unordered_set>
#include <vector>

#include <pto/checked/engine.hpp>

#include "json.hpp"

namespace pto::checked {

class Findings {
public:
    void start(int64_t limit) {
        limit_ = limit;
        record_ = no_record;
        known_.clear();
        objects_.clear();
    }

    // From here on each is also written to an open file when it is made, one a line.
    void record(int descriptor) { record_ = descriptor; }

    void add(const char* kind, Site at, const Field* fields, int count, Site other) {
        if (static_cast<int64_t>(objects_.size()) >= limit_ || !known_.insert(key(kind, at, fields, count, other)).second)
            return;
        std::string object = "{";
        json::put(object, "kind", kind);
        put_site(object, "file", "line", at);
        put_site(object, "other_file", "other_line", other);
        for (int i = 0; i < count; ++i) {
            if (fields[i].text) json::put(object, fields[i].name, fields[i].text);
            else json::put(object, fields[i].name, fields[i].number);
        }
        objects_.push_back(object + "}");
        if (record_ != no_record) write_line(objects_.back() + "\n");
    }

    // All of them as a JSON array.
    const char* text() {
        text_ = "[";
        for (const std::string& object : objects_) {
            if (text_.size() > 1) text_ += ",\n";
            text_ += object;
        }
        text_ += "]";
        return text_.c_str();
    }

private:
    static constexpr int no_record = -1;

    // Nothing is kept back: the process may end at the next instruction. What cannot be written is still kept here.
    void write_line(const std::string& line) const {
        for (size_t done = 0; done < line.size();) {
            const ssize_t count = ::write(record_, line.data() + done, line.size() - done);
            if (count <= 0) return;
            done += static_cast<size_t>(count);
        }
    }

    static void put_site(std::string& object, const char* file, const char* line, Site site) {
        if (!site.file) return;
        json::put(object, file, site.file);
        json::put(object, line, static_cast<int64_t>(site.line));
    }

    // What is only worth a note does not hide what is not.
    static std::string key(const char* kind, Site at, const Field* fields, int count, Site other) {
        std::string text = kind;
        for (int i = 0; i < count; ++i)
            if (std::string_view(fields[i].name) == "relaxed" && fields[i].number) text += " relaxed";
        for (const Site& site : {at, other}) {
            text += '\n';
            if (site.file) text += site.file;
            text += '\n' + std::to_string(site.line);
        }
        return text;
    }

    int64_t limit_ = 100;
    int record_ = no_record;
    std::unordered_set<std::string> known_;
    std::vector<std::string> objects_;
    std::string text_;
};

}  // namespace pto::checked
