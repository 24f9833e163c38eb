using VectorServer.Api.Errors;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Validation;

/// <summary>What the wire refuses in a request for a namespace.</summary>
internal static class CreateNamespaceValidator
{
    private const int FieldsMax = 50;

    public static void Check(CreateNamespaceRequest request)
    {
        if (string.IsNullOrEmpty(request.Name))
            throw WireException.Invalid("name is required and must not be empty");
        if (request.Schema is null)
            return;

        // The flat form {"genre": {"filterable": true}} has a status of its own.
        if (request.Schema.Fields is not { } fields)
            throw new WireException(
                WireError.UnprocessableEntity,
                "Failed to deserialize the JSON body into the target type: schema: missing field `fields`");
        if (fields.Count > FieldsMax)
            throw WireException.Invalid($"A schema can have at most {FieldsMax} metadata fields, got {fields.Count}");
        foreach (var (name, properties) in fields)
            CheckField(name, properties);
    }

    private static void CheckField(string name, NamespaceField? properties)
    {
        if (name.Length == 0 || name[0] == '$')
            throw WireException.Invalid($"Schema field names must not be empty or begin with '$', got '{name}'");
        if (properties?.Filterable != true)
            throw WireException.Invalid($"Field '{name}' is set to filterable: false. Only filterable: true is supported.");
    }
}
