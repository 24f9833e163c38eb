using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using VectorServer.Api.Errors;

namespace VectorServer.Api.Wire;

/// <summary>
/// What is wrong with a JSON body, in the wire's words. Broken syntax is 400; a body that is JSON but does not fit the type is 422
/// on the control plane and 400 elsewhere.
/// </summary>
internal static partial class JsonErrors
{
    public static WireException Empty(Plane plane) => Misfit(plane, "EOF while parsing a value at line 1 column 0");

    public static WireException Null(Plane plane) => Misfit(plane, "invalid type: null at line 1 column 4");

    public static WireException From(JsonException exception, Plane plane, ReadOnlyMemory<byte> body, JsonTypeInfo type)
    {
        var position = $" at line {(exception.LineNumber ?? 0) + 1} column {exception.BytePositionInLine ?? 0}";

        // The serializer wraps what its reader throws, and only that, in an exception of the same family.
        if (exception.InnerException is JsonException)
            return WireException.Invalid($"Failed to parse the request body as JSON: syntax error{position}");
        if (MissingProperty().Match(exception.Message) is { Success: true } missing)
            return Misfit(plane, $"missing field `{missing.Groups[1].Value}`{position}");
        if (UnmappedProperty().Match(exception.Message) is { Success: true } unmapped)
            return Misfit(plane, $"unknown field `{unmapped.Groups[1].Value}`{position}");

        return Misfit(plane, JsonMisfit.Describe(exception, body, type) + position);
    }

    private static WireException Misfit(Plane plane, string problem) => new(
        plane == Plane.Control ? WireError.UnprocessableEntity : WireError.InvalidArgument,
        "Failed to deserialize the JSON body into the target type: " + problem);

    // The framework tells which property only in its text; tests pin that these still match it.
    [GeneratedRegex(@"missing required properties including: '([^']+)'")]
    private static partial Regex MissingProperty();

    [GeneratedRegex(@"^The JSON property '([^']+)' could not be mapped")]
    private static partial Regex UnmappedProperty();
}
