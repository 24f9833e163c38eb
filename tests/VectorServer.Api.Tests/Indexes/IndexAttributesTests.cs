using VectorServer.Api.Indexes;
using VectorServer.Api.Wire.Control;
using VectorServer.Storage;

namespace VectorServer.Api.Tests.Indexes;

public sealed class IndexAttributesTests
{
    // What earlier versions of the server wrote: it must stay readable.
    private const string Stored =
        """
        {"deployment":{"kind":"Serverless","cloud":"aws","region":"us-east-1","read_capacity":{"mode":"Dedicated","dedicated":{"node_type":"t1"}}},
         "format":1,"port":5081,"deletion_protection":true,"tags":{"a":"b"},
         "fields":{"year":{"type":"integer","filterable":true,"description":"of print"}},"has_sparse_field":true}
        """;

    [Fact]
    public void The_stored_document_reads_as_it_was_written()
    {
        var attributes = IndexAttributes.Of(new IndexDescriptor { Name = "docs", Attributes = Stored });

        Assert.Equal(DeploymentKind.Serverless, attributes.Deployment.Kind);
        Assert.Equal("t1", attributes.Deployment.ReadCapacity?.Dedicated?.NodeType);
        Assert.Equal((1, 5081, true, true), (attributes.Format, attributes.Port, attributes.DeletionProtection, attributes.HasSparseField));
        Assert.Equal("b", attributes.Tags?["a"]);
        Assert.Equal(new FieldAttributes("integer", true, "of print"), attributes.Fields?["year"]);
    }

    [Fact]
    public void Writing_it_again_gives_the_same_document()
    {
        var descriptor = new IndexDescriptor { Name = "docs", Attributes = Stored };

        var written = IndexAttributes.Of(descriptor).WriteTo(descriptor).Attributes;

        JsonAssert.Equal(Stored, System.Text.Json.JsonDocument.Parse(written).RootElement);
    }

    [Theory]
    [InlineData("Serverless")]
    [InlineData("Pod")]
    [InlineData("Byoc")]
    public void The_names_of_deployments_are_part_of_the_document(string name) =>
        Assert.Equal(
            name,
            IndexAttributes.Of(new IndexDescriptor { Name = "docs", Attributes = $$$"""{"deployment":{"kind":"{{{name}}}"}}""" }).Deployment.Kind.ToString());

    [Fact]
    public void The_status_of_read_capacity_is_never_stored()
    {
        var request = new CreateIndexRequest
        {
            Name = "docs",
            Dimension = 3,
            Spec = new IndexSpec
            {
                Byoc = new ByocSpec { Environment = "e", ReadCapacity = ReadCapacity.Shown(null) },
            },
        };

        Assert.Null(request.ToDefinition().Attributes.Deployment.ReadCapacity?.Status);
    }
}
