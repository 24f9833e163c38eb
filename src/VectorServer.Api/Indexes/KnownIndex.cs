using VectorServer.Storage;

namespace VectorServer.Api.Indexes;

/// <summary>How far an index is, in the wire's words.</summary>
internal enum IndexState
{
    Ready,

    /// <summary>It is being restored: named and described, but without its data.</summary>
    Initializing,

    /// <summary>Its restore failed; it holds its name until it is deleted.</summary>
    InitializationFailed,

    /// <summary>It was deleted while it was being restored, which is ending now.</summary>
    Terminating,
}

/// <summary>An index as the control plane knows it; only those that are ready are in the engine.</summary>
internal sealed record KnownIndex(IndexDescriptor Descriptor, IndexState State = IndexState.Ready);
