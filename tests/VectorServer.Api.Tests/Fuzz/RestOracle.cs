using System.Text.Json;

namespace VectorServer.Api.Tests.Fuzz;

/// <summary>Says of an answer to any request whether a server may give it.</summary>
internal static class RestOracle
{
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Problem(RestRequest request, RawAnswer? answer)
    {
        if (answer is null)
            return request.IsAbuse ? null : "the connection was closed without an answer";
        if (answer.Status >= 500 && !IsDeclared(request, answer))
            return $"answers {answer.Status}: {answer.Text}";
        if (request.Method == "HEAD")
            return null;
        if (answer.Status >= 400)
            return request.IsAbuse && answer.Body.Length == 0 ? null : ProblemOfError(request, answer);
        return answer.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true && Parse(answer) is null
            ? $"answers {answer.Status} with what is no JSON: {answer.Text}"
            : null;
    }

    // 503: an index whose restore is under way; 505: what stands where the version of HTTP should. What is not offered is 400.
    private static bool IsDeclared(RestRequest request, RawAnswer answer) =>
        answer.Status == 503 || (answer.Status == 505 && request.IsAbuse);

    private static string? ProblemOfError(RestRequest request, RawAnswer answer)
    {
        if (answer.ContentType?.StartsWith("text/plain", StringComparison.Ordinal) == true)
            return answer.Status is 401 or 429 && answer.Body.Length > 0 ? null : $"refuses with {answer.Status} in plain text: {answer.Text}";
        if (answer.ContentType != "application/json" || Parse(answer) is not { ValueKind: JsonValueKind.Object } error)
            return $"refuses with {answer.Status} and {answer.ContentType}: {answer.Text}";

        var isEnvelope = error.TryGetProperty("error", out var detail);
        if (isEnvelope ? !IsEnvelope(error, detail, answer.Status) : !IsRpcStatus(error))
            return $"refuses with {answer.Status} in no known shape: {answer.Text}";

        // Records and documents have the shape of one plane or the other by the version asked for.
        var isOneOfTwo = !request.IsExactAddress || !request.Operation.IsOffered;
        return isOneOfTwo || isEnvelope == !request.Operation.IsData ? null : $"refuses with {answer.Status} in the other plane's shape: {answer.Text}";
    }

    private static bool IsEnvelope(JsonElement error, JsonElement detail, int status) =>
        error.TryGetProperty("status", out var shown) && shown.TryGetInt32(out var number) && number == status
        && IsText(detail, "code") && IsText(detail, "message");

    private static bool IsRpcStatus(JsonElement error) =>
        error.TryGetProperty("code", out var code) && code.TryGetInt32(out var number) && number is > 0 and <= 16
        && IsText(error, "message") && error.TryGetProperty("details", out var details) && details.ValueKind == JsonValueKind.Array;

    private static bool IsText(JsonElement of, string name) =>
        of.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && text.GetString()!.Length > 0;

    private static JsonElement? Parse(RawAnswer answer)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(answer.Body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
