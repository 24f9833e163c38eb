using System.Text.Json;
using VectorServer.Api.Errors;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Validation;

/// <summary>What the wire refuses in a request for a namespace, and the fields its schema declares.</summary>
internal static class CreateNamespaceValidator
{
    private const int FieldsMax = 50;

    public static void Check(CreateNamespaceRequest request)
    {
        if (string.IsNullOrEmpty(request.Name))
            throw WireException.Invalid("name is required and must not be empty");
        if (request.Schema is not { } schema)
            return;

        // The flat form {"genre": {"filterable": true}} has a status of its own.
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("fields", out var fields) || fields.ValueKind != JsonValueKind.Object)
            throw new WireException(
                WireError.UnprocessableEntity,
                "Failed to deserialize the JSON body into the target type: schema: missing field `fields`");
        if (fields.GetPropertyCount() > FieldsMax)
            throw WireException.Invalid($"A schema can have at most {FieldsMax} metadata fields, got {fields.GetPropertyCount()}");
        foreach (var field in fields.EnumerateObject())
            CheckField(field.Name, field.Value);
    }

    private static void CheckField(string name, JsonElement properties)
    {
        if (name.Length == 0 || name[0] == '$')
            throw WireException.Invalid($"Schema field names must not be empty or begin with '$', got '{name}'");

        var isFilterable = properties.ValueKind == JsonValueKind.Object
            && properties.TryGetProperty("filterable", out var filterable)
            && filterable.ValueKind == JsonValueKind.True;
        if (!isFilterable)
            throw WireException.Invalid($"Field '{name}' is set to filterable: false. Only filterable: true is supported.");
    }
}
