namespace VectorServer.Api.Tests.Fuzz;

/// <summary>What has broken servers before.</summary>
internal static class OddValues
{
    /// <summary>In place of a value of JSON; not all of them are JSON.</summary>
    public static readonly string[] Json =
    [
        "null", "true", "0", "-1", "-0.0", "1.5", "1e400", "-1e400", "1e-400", "1e39", "4294967296", "2147483648", "-9223372036854775809",
        "99999999999999999999", "1" + new string('0', 400), "0." + new string('1', 400), "NaN", "Infinity", "-Infinity", "\"NaN\"", "\"Infinity\"",
        "\"1e400\"", "\"99999999999999999999\"", "\"\"", "\"é\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\udc00x\"", "\"\\ud83d\\ude00\"", "\"\\x\"",
        "[]", "[[]]", "[null]", "[1, \"x\"]", "[1e400, 1]", "{}", "{\"\": 1}", "{\"$x\": 1}", "{\"\\ud800\": 1}", "{\"a\": 1, \"a\": 2}",
        "{\"$and\": []}", "{\"$or\": [{}]}", "{\"g\": {\"$in\": []}}", "{\"g\": {\"$gt\": \"x\"}}", "{\"$not\": {}}", "\"" + new string('x', 70_000) + "\"",
        "'x'", "01", "+1", ".5", "1.", "0x10", "undefined", "/* x */ 1", "\"unterminated", "{", "]", "",
    ];

    /// <summary>In place of a text: decoded, to be written as JSON, protobuf or a path needs it.</summary>
    public static readonly string[] Text =
    [
        "", " ", "..", "../../x", "a/b", "a\\b", "x\0y", "a\nb", "é", "e\u0301", "\ud83d\ude00", "\u202e", "__default__", "con", "%2e%2e%2f", "%", "$and", "a;b", "a,b",
        "-1", "1e400", "null", "2026-07-01T00:00:00Z", new string('x', 513), new string('é', 300), new string('9', 40), "eyJuZXh0IjoiYSJ9", "////",
    ];

    /// <summary>Percent-encoded, as they stand in a path or a query string; some are not encoded rightly.</summary>
    public static readonly string[] Encoded =
    [
        "..", "%2e%2e", "%2e%2e%2f%2e%2e%2f", "..%5c", "%00", "a%00b", "%ff", "%c0%ae%c0%ae", "%ed%a0%80", "%f0%9f%98%80", "%", "%2", "%zz", "%25%32%65", "a%2Fb", ";x=1",
        "%0d%0aX:%20y", "+", "%20", "*", "~", "[", "{}", "|", "%E2%80%AE", "&&", "=",
    ];

    public static readonly string[] ContentTypes =
    [
        "text/plain", "application/x-ndjson", "application/json; charset=utf-16", "application/json; charset=nonsense", "application/json;", "application/grpc",
        "application/grpc+proto", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application", "/", ";", "*/*", "application/problem+json",
        "\u00e9", "application/json, application/json", "application/json; charset=\"utf-8",
    ];

    public static readonly string[] Versions = ["2024-07", "2025-01", "2025-04", "2025-10", "2026-01", "2026-04", "2026-07", "2099-01", "unstable", "", "x", "9999999999-99", "2026-07, 2024-07"];

    /// <summary>Lines that have no place in a request, or not twice.</summary>
    public static readonly string[] HeaderLines =
    [
        "Content-Length: 5", "Content-Length: -1", "Content-Length: 99999999999999999999", "Content-Length: 1e2", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip",
        "Host: a", "Host:", "Host: \u00e9", "Host: [::", "Host: a:99999", "No colon", ": no name", "X Y: z", "X-Nul: a\0b", "X-High: \u00ff", " folded: x", "Connection: close", "Connection: upgrade",
        "Upgrade: h2c", "Upgrade: websocket", "Expect: 100-continue", "Expect: nonsense", "Accept-Encoding: gzip;q=x", "Range: bytes=9-1", "If-None-Match: *", "X-HTTP-Method-Override: DELETE",
        "X-Forwarded-For: \u00e9", "grpc-timeout: 1n", "grpc-encoding: gzip", "Origin: null", "Api-Key: other", "Cookie: " + new string('a', 9_000), "X-Long: " + new string('a', 40_000),
    ];
}
