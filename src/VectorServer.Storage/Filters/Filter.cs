namespace VectorServer.Storage.Filters;

/// <summary>A metadata filter, parsed once into a tree. Immutable.</summary>
public abstract record Filter
{
    private protected Filter()
    {
    }

    /// <summary>Reads the wire's filter language; an empty object gives null: no filter.</summary>
    /// <exception cref="StorageException">Unknown operator, ill-typed operand, ...; the message names the field and operator.</exception>
    public static Filter? Parse(System.Text.Json.JsonElement element) => throw new NotImplementedException();
}
