using System.Globalization;

namespace VectorServer.Api.Tests.Grpc;

/// <summary>The bytes of calls, written by hand from the documented field numbers: what any client of the service sends and expects.</summary>
public sealed class WireBytesTests
{
    // vectors { id: "a" values: [1, 0.5] metadata { n: 2 } } namespace: "ns"
    private const string Upsert =
        "0A 1F" + "0A 01 61" + "12 08 0000803F 0000003F" + "1A 10 0A 0E 0A 01 6E 12 09 11 0000000000000040" + "12 02 6E73";

    [Fact]
    public async Task A_record_written_as_bytes_is_found_as_bytes()
    {
        await using var index = await GrpcIndex.CreateAsync("17600-17609");

        var upserted = await index.Grpc.CallAsync("Upsert", Bytes(Upsert));
        // namespace: "ns" top_k: 1 include_values: true include_metadata: true vector: [2, 0]
        var found = await index.Grpc.CallAsync("Query", Bytes("0A 02 6E73" + "10 01" + "20 01" + "28 01" + "3A 08 00000040 00000000"));

        // upserted_count: 1
        Assert.Equal("0", upserted.Status);
        Assert.Equal("0801", Convert.ToHexString(upserted.Bytes));
        // matches { id: "a" score: 2 values: [1, 0.5] metadata { n: 2 } } namespace: "ns" usage { read_units: 1 }
        Assert.Equal("0", found.Status);
        Assert.Equal(
            Hex("12 24" + "0A 01 61" + "15 00000040" + "1A 08 0000803F 0000003F" + "22 10 0A 0E 0A 01 6E 12 09 11 0000000000000040"
                + "1A 02 6E73" + "22 02 08 01"),
            Convert.ToHexString(found.Bytes));
    }

    [Theory]
    [InlineData("0A 0D" + "0A 01 61" + "15 0000803F" + "15 0000003F")] // one by one
    [InlineData("0A 0F" + "0A 01 61" + "12 04 0000803F" + "12 04 0000003F")] // in two packs
    [InlineData("0A 0E" + "0A 01 61" + "12 04 0000803F" + "15 0000003F")] // in both ways
    public async Task Floats_may_come_in_pieces(string upsert)
    {
        await using var index = await GrpcIndex.CreateAsync("17610-17619");

        await index.Grpc.CallAsync("Upsert", Bytes(upsert));
        var fetched = await index.Grpc.CallAsync("Fetch", Bytes("0A 01 61"));

        // vectors { key: "a" value { id: "a" values: [1, 0.5] } } usage { read_units: 1 }
        Assert.Equal(Hex("0A 12" + "0A 01 61" + "12 0D 0A 01 61 12 08 0000803F 0000003F" + "1A 02 08 01"), Convert.ToHexString(fetched.Bytes));
    }

    [Fact]
    public async Task Half_a_float_is_no_message()
    {
        await using var index = await GrpcIndex.CreateAsync("17990-17999");

        (await index.Grpc.CallAsync("Upsert", Bytes("0A 0B" + "0A 01 61" + "12 06 0000803F 0000"))).AssertRefused(3, "not a valid UpsertRequest");
    }

    [Fact]
    public async Task Fields_of_later_versions_are_ignored()
    {
        await using var index = await GrpcIndex.CreateAsync("17620-17629");

        // Field 999 holds the varint 7.
        var answer = await index.Grpc.CallAsync("Upsert", Bytes(Upsert + "B8 3E 07"));

        Assert.Equal("0801", Convert.ToHexString(answer.Bytes));
    }

    [Fact]
    public async Task Statistics_have_the_documented_numbers()
    {
        await using var index = await GrpcIndex.CreateAsync("17630-17639");
        await index.Grpc.CallAsync("Upsert", Bytes(Upsert));

        var stats = await index.Grpc.CallAsync("DescribeIndexStats", []);

        // namespaces { "ns" { vector_count: 1 } } dimension: 2 total_vector_count: 1 metric: "dotproduct" vector_type: "dense"
        Assert.Equal(
            Hex("0A 08 0A 02 6E73 12 02 08 01" + "10 02" + "20 01" + "2A 0A 646F7470726F64756374" + "32 05 64656E7365"),
            Convert.ToHexString(stats.Bytes));
    }

    [Fact]
    public async Task An_answer_without_fields_is_an_empty_message()
    {
        await using var index = await GrpcIndex.CreateAsync("17640-17649");
        await index.Grpc.CallAsync("Upsert", Bytes(Upsert));

        var deleted = await index.Grpc.CallAsync("Delete", Bytes("0A 01 61" + "1A 02 6E73"));

        Assert.Equal("0", deleted.Status);
        Assert.Equal("0000000000", Convert.ToHexString(deleted.Body));
    }

    private static string Hex(string spaced) => spaced.Replace(" ", "", StringComparison.Ordinal).ToUpper(CultureInfo.InvariantCulture);

    private static byte[] Bytes(string spaced) => Convert.FromHexString(Hex(spaced));
}
