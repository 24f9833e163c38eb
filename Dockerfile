# syntax=docker/dockerfile:1

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig openapi.yaml ./
COPY src/ src/
RUN dotnet publish src/VectorServer.Api --configuration Release --output /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS runtime
COPY --from=build /app /app
COPY docker/healthcheck.sh /app/healthcheck.sh
# A new named volume takes over the owner of the directory it is mounted on.
RUN mkdir /data && chown $APP_UID /data
USER $APP_UID
WORKDIR /data
VOLUME /data
ENV PORT=5080 \
    VECTORSERVER_BIND=* \
    VECTORSERVER_DATA=/data \
    VECTORSERVER_INDEX_PORTS=5081-5180
EXPOSE 5080-5180
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["bash", "/app/healthcheck.sh"]
ENTRYPOINT ["dotnet", "/app/VectorServer.Api.dll"]
