using System.Text.Json;

namespace VectorServer.Api.Tests.Conformance;

/// <summary>Sends one operation's requests, its method and path taken from the specification, and holds the answers against it.</summary>
internal sealed class Probe(World world, SpecOperation operation)
{
    private static readonly Dictionary<int, (string Code, int Rpc)> Codes = new()
    {
        [400] = ("INVALID_ARGUMENT", 3),
        [403] = ("FORBIDDEN", 7),
        [404] = ("NOT_FOUND", 5),
        [409] = ("ALREADY_EXISTS", 6),
        [412] = ("FAILED_PRECONDITION", 9),
        [422] = ("UNPROCESSABLE_ENTITY", 3),
    };

    public World World { get; } = world;

    public SpecOperation Operation { get; } = operation;

    /// <summary>Of operations of the data plane.</summary>
    public string? Index { get; set; }

    public string ContentType { get; set; } = "application/json";

    /// <summary>A request that must succeed.</summary>
    /// <param name="body">JSON; null for none.</param>
    /// <param name="value">Takes the place of the path's parameter.</param>
    /// <param name="query">With its question mark.</param>
    /// <param name="expect">Fields, by path, that an answer to this request has whether the schema requires them or not.</param>
    public async Task<JsonElement> SucceedAsync(string? body = null, string? value = null, string query = "", params IReadOnlyList<string> expect)
    {
        var answer = await SendAsync(body, value, query);
        if (answer.Status != Operation.Success)
            throw new NonconformityException($"answers {answer.Status} for {Operation.Success}: {answer.Body}");
        if (Operation.Schema is null)
            return answer.Body.Length == 0 ? default : throw new NonconformityException($"answers with a body: {answer.Body}");

        Require(answer.ContentType == "application/json", $"answers {answer.ContentType}", answer);
        var problems = World.Specification.Validator(Operation.Area).Check(Operation.Schema, answer.Json);
        Require(problems.Count == 0, string.Join("; ", problems), answer);
        foreach (var path in expect)
            Require(Find(answer.Json, path) is not null, $"the answer lacks {path}", answer);
        return answer.Json;
    }

    /// <summary>A request that must be refused, with a status that the specification lists and the error's shape.</summary>
    public async Task RefuseAsync(int status, string? body = null, string? value = null, string query = "")
    {
        Require(Operation.Lists(status), $"the specification does not list {status}", null);
        var answer = await SendAsync(body, value, query);
        Require(answer.Status == status, $"answers {answer.Status} where it must refuse with {status}", answer);
        Require(answer.ContentType == "application/json", $"refuses with {answer.ContentType}", answer);
        var (code, rpc) = Codes[status];
        if (Operation.HasEnvelope)
            RequireEnvelope(answer, status, code);
        else
            RequireRpcStatus(answer, rpc);
    }

    /// <summary>A request without a right key.</summary>
    public async Task RefuseWrongKeyAsync()
    {
        var answer = await World.SendAsync(Operation.Method, PathOf("x", "", Index ?? "x"), Operation.Method is "GET" or "DELETE" ? null : "{}", key: "wrong");
        Require(answer.Status == 401, $"answers {answer.Status} to a wrong key", answer);
        if (!World.Specification.IsSchemaFamily)
        {
            RequireEnvelope(answer, 401, "UNAUTHENTICATED");
            return;
        }

        Require(answer.ContentType == "text/plain", $"refuses a wrong key with {answer.ContentType}", answer);
        Require(answer.Body == (Operation.Area == Area.Data ? "Unauthorized" : "Invalid API key"), "refuses a wrong key in other words", answer);
    }

    /// <summary>What the answer must say beyond its shape.</summary>
    public void Require(bool holds, string otherwise) => Require(holds, otherwise, null);

    /// <summary>The value at a path such as <c>usage.readUnits</c> or <c>data.0.id</c>; null where there is none.</summary>
    public static JsonElement? Find(JsonElement json, string path)
    {
        foreach (var step in path.Split('.'))
        {
            if (json.ValueKind == JsonValueKind.Array && int.TryParse(step, out var position))
            {
                if (position >= json.GetArrayLength())
                    return null;
                json = json[position];
            }
            else if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(step, out json))
            {
                return null;
            }
        }

        return json;
    }

    private async Task<Answer> SendAsync(string? body, string? value, string query)
    {
        var answer = await World.SendAsync(Operation.Method, PathOf(value, query, Index), body, ContentType);
        return World.IsNotOffered(answer) ? throw new NotOfferedException() : answer;
    }

    // Every index's data plane is also below its name on the main port.
    private string PathOf(string? value, string query, string? index)
    {
        var path = Operation.Path;
        if (path.IndexOf('{', StringComparison.Ordinal) is var brace and >= 0)
            path = string.Concat(path.AsSpan(0, brace), Uri.EscapeDataString(value!), path.AsSpan(path.IndexOf('}', StringComparison.Ordinal) + 1));
        return (Operation.Area == Area.Data ? $"/indexes/{index}" : "") + path + query;
    }

    private void RequireEnvelope(Answer answer, int status, string code)
    {
        var area = Operation.Area == Area.Data && !World.Specification.IsSchemaFamily ? Area.Control : Operation.Area;
        var problems = World.Specification.Validator(area).Check(World.Specification.Schema(area, "ErrorResponse"), answer.Json);
        Require(problems.Count == 0, string.Join("; ", problems), answer);
        Require(answer.Json.GetProperty("status").GetInt32() == status, $"the envelope's status is not {status}", answer);
        Require(answer.Json.GetProperty("error").GetProperty("code").GetString() == code, $"the error's code is not {code}", answer);
    }

    private void RequireRpcStatus(Answer answer, int rpc)
    {
        var problems = World.Specification.Validator(Area.Data).Check(World.Specification.Schema(Area.Data, "rpcStatus"), answer.Json);
        Require(problems.Count == 0, string.Join("; ", problems), answer);
        Require(Find(answer.Json, "code")?.GetInt32() == rpc, $"the error's code is not {rpc}", answer);
        Require(Find(answer.Json, "message")?.GetString()!.Length > 0, "the error says nothing", answer);
        Require(Find(answer.Json, "details") is not null, "the error lacks details", answer);
    }

    private static void Require(bool holds, string otherwise, Answer? answer)
    {
        if (!holds)
            throw new NonconformityException(answer is null ? otherwise : $"{otherwise}: {answer.Body}");
    }
}

/// <summary>An answer that is not the specification's.</summary>
internal sealed class NonconformityException(string message) : Exception(message);

/// <summary>The server says that it does not offer the operation, or one that it builds on.</summary>
internal sealed class NotOfferedException() : Exception("not offered");
