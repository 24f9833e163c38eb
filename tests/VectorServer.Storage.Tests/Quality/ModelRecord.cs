using System.Text.Json;

namespace VectorServer.Storage.Tests.Quality;

/// <summary>A record as an index must hold it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Values">Its vector.</param>
/// <param name="Permille">Independent of the vector, 0..999.</param>
/// <param name="Near">Its vector's place by nearness to some vector, in permille of all.</param>
internal sealed record ModelRecord(string Id, ReadOnlyMemory<float> Values, int Permille = 0, int Near = 0)
{
    public VectorRecord ToRecord(bool withMetadata) =>
        new(Id, Values, null, withMetadata ? RecordMetadata.Parse(JsonElement.Parse($$"""{"permille":{{Permille}},"near":{{Near}}}""")) : null);
}
