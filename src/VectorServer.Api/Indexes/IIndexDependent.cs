using VectorServer.Api.Errors;
using VectorServer.Storage;

namespace VectorServer.Api.Indexes;

/// <summary>What hangs on an index and must hear of its deletion.</summary>
internal interface IIndexDependent
{
    /// <summary>Before the index goes.</summary>
    /// <exception cref="WireException">It cannot be deleted now.</exception>
    void Dropping(IndexDescriptor index);

    /// <summary>After it is gone.</summary>
    void Dropped(IndexDescriptor index);
}
