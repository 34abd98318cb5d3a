using System;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Gets an access token of the managed identity.</summary>
    [Cmdlet(VerbsCommon.Get, "CosmiToken")]
    [OutputType(typeof(Token))]
    public sealed class GetCosmiTokenCommand : CosmiClientCmdlet
    {
        /// <summary>What the token is for; Azure Resource Manager unless given.</summary>
        [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("ResourceUrl")]
        [ArgumentCompleter(typeof(ResourceCompleter))]
        public string[]? Resource { get; set; }

        /// <summary>Asks for a new token, also where a good one is in memory.</summary>
        [Parameter]
        public SwitchParameter Force { get; set; }

        /// <summary>Gives the token as String instead of SecureString.</summary>
        [Parameter]
        public SwitchParameter AsPlainText { get; set; }

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiClient client = Connection.Native;
            Func<string, CosmiCallOptions, CancellationToken, Task<CosmiToken>> get = Force ? client.RenewTokenAsync : client.GetTokenAsync;
            foreach (string resource in Resource ?? new[] { ArmAudience(() => Require(null, client.GetEnvironmentAsync)) })
            {
                Enqueue(
                    resource,
                    (options, stop) => get(resource, options, stop),
                    token => WriteObject(new Token(token, PlainText.Of(token.Value, AsPlainText))));
            }
        }
    }
}
