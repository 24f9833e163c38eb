using VectorServer.Api.Errors;
using VectorServer.Api.Wire.Control;

namespace VectorServer.Api.Validation;

/// <summary>The rules of the metadata fields declared with an index.</summary>
internal static class MetadataSchemaRules
{
    private const int FieldsMax = 50;

    public static void Check(MetadataSchema? schema)
    {
        if (schema is null)
            return;

        CheckCount(schema.Fields.Count);
        foreach (var (name, properties) in schema.Fields)
        {
            CheckName(name);
            if (properties?.Filterable != true)
                throw WireException.Invalid($"Field '{name}' is set to filterable: false. Only filterable: true is supported.");
        }
    }

    public static void CheckCount(int count)
    {
        if (count > FieldsMax)
            throw WireException.Invalid($"A schema can have at most {FieldsMax} metadata fields, got {count}");
    }

    public static void CheckName(string name)
    {
        if (name.Length == 0 || name[0] is '$' or '_')
            throw WireException.Invalid($"Schema field names must not be empty or begin with '$' or '_', got '{name}'");
    }
}
