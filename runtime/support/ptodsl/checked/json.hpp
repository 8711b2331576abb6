// JSON text in ASCII. Bytes that are no UTF-8 become lone surrogates, as Python has them in file names.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

namespace pto::checked::json {

inline void put_unit(std::string& out, unsigned unit) {
    char text[8];
    std::snprintf(text, sizeof text, "\\u%04x", unit);
    out += text;
}

inline void put_code_point(std::string& out, uint32_t code) {
    if (code >= 0x10000) {
        put_unit(out, 0xd800 + ((code - 0x10000) >> 10));
        code = 0xdc00 + ((code - 0x10000) & 0x3ff);
    }
    put_unit(out, code);
}

// Bytes of the UTF-8 sequence that text starts with, and its code point; 0 where there is none.
inline int decode(const unsigned char* text, uint32_t& code) {
    constexpr uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const int length = text[0] >= 0xf0 && text[0] < 0xf5 ? 4 : text[0] >= 0xe0 && text[0] < 0xf0 ? 3 : 2;
    if (text[0] < 0xc2 || text[0] >= 0xf5) return 0;
    code = text[0] & (0xffu >> (length + 1));
    for (int i = 1; i < length; ++i) {
        if ((text[i] & 0xc0) != 0x80) return 0;
        code = code << 6 | (text[i] & 0x3fu);
    }
    const bool is_surrogate = code >= 0xd800 && code < 0xe000;
    return code >= least[length] && code < 0x110000 && !is_surrogate ? length : 0;
}

inline void put_text(std::string& out, const char* value) {
    const auto* text = reinterpret_cast<const unsigned char*>(value);
    out += '"';
    while (*text) {
        uint32_t code = 0;
        if (*text >= 0x80) {
            const int length = decode(text, code);
            if (length) put_code_point(out, code);
            else put_unit(out, 0xdc00u + *text);
            text += length ? length : 1;
            continue;
        }
        if (*text < 0x20 || *text == '"' || *text == '\\') put_unit(out, *text);
        else out += static_cast<char>(*text);
        ++text;
    }
    out += '"';
}

// A member of an object that has been opened.
inline void put_name(std::string& out, const char* name) {
    if (out.back() != '{') out += ", ";
    put_text(out, name);
    out += ": ";
}
inline void put(std::string& out, const char* name, const char* value) {
    put_name(out, name);
    put_text(out, value);
}
inline void put(std::string& out, const char* name, int64_t value) {
    put_name(out, name);
    out += std::to_string(value);
}

}  // namespace pto::checked::json
