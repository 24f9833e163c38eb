using System.Text.Json;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Tests.Wire.Data;

public sealed class DataJsonTests
{
    [Theory]
    [InlineData("""{"topK": 3, "includeValues": true, "includeMetadata": true, "scanFactor": 2, "maxCandidates": 50}""")]
    [InlineData("""{"top_k": 3, "include_values": true, "include_metadata": true, "scan_factor": 2, "max_candidates": 50}""")]
    public void Both_spellings_of_a_field_are_read(string json)
    {
        var request = JsonSerializer.Deserialize(json, DataJson.Type<QueryRequest>())!;

        Assert.Equal((3, true, true, 2f, 50), (request.TopK, request.IncludeValues, request.IncludeMetadata, request.ScanFactor, request.MaxCandidates));
    }

    [Fact]
    public void One_spelling_is_written()
    {
        Assert.Equal("""{"upsertedCount":3}""", JsonSerializer.Serialize(new UpsertResponse(3), DataJson.Type<UpsertResponse>()));
    }

    [Fact]
    public void Lists_longer_than_any_buffer_are_read_whole()
    {
        var numbers = Enumerable.Range(0, 20_000).Select(i => i / 8f).ToArray();
        var json = $$"""{"id": "a", "values": [{{string.Join(", ", numbers.Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)))}}]}""";

        Assert.Equal(numbers, JsonSerializer.Deserialize(json, DataJson.Type<UpdateRequest>())!.Values);
    }
}
