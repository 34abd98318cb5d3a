Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'

# What a real machine's variables would change: the tests talk to the simulator alone.
$script:HostVariables = @(
    'IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'IDENTITY_SERVER_THUMBPRINT', 'IMDS_ENDPOINT'
    'MSI_ENDPOINT', 'MSI_SECRET', 'DEFAULT_IDENTITY_CLIENT_ID'
    'AZURE_POD_IDENTITY_AUTHORITY_HOST', 'AZURE_AUTHORITY_HOST', 'AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_FEDERATED_TOKEN_FILE'
    'WEBSITE_OWNER_NAME', 'WEBSITE_RESOURCE_GROUP', 'WEBSITE_SITE_NAME', 'REGION_NAME'
    'COSMI_ARM_ENDPOINT', 'COSMI_CA_FILE'
)

function Import-CosmiModule {
    <#
    .SYNOPSIS
    Imports the staged module that COSMI_MODULE names.
    #>
    if (-not $env:COSMI_MODULE) {
        throw 'COSMI_MODULE must name the staged Cosmi.psd1'
    }
    Import-Module -Name $env:COSMI_MODULE -Global
}

function Get-RepositoryRoot {
    (Resolve-Path -Path (Join-Path -Path $PSScriptRoot -ChildPath '../..')).ProviderPath
}

function Start-Child {
    # Wine fails to start a process now and then, with a code of its own; when asked again it does.
    param([System.Diagnostics.ProcessStartInfo] $Start)
    $internalError = 1359
    $attempts = 5
    foreach ($attempt in 1..$attempts) {
        try {
            return [System.Diagnostics.Process]::Start($Start)
        }
        catch [System.ComponentModel.Win32Exception] {
            if ($attempt -eq $attempts -or $_.Exception.GetBaseException().NativeErrorCode -ne $internalError) {
                throw
            }
            Start-Sleep -Milliseconds 200
        }
    }
}

function Start-Simulator {
    <#
    .SYNOPSIS
    Starts the simulator that COSMI_SIMULATOR names and points this session at it.
    .OUTPUTS
    What it said of itself, with its process.
    #>
    [CmdletBinding()]
    param(
        [string[]] $ArgumentList = @()
    )
    if (-not $env:COSMI_SIMULATOR) {
        throw 'COSMI_SIMULATOR must name the simulator'
    }
    $start = [System.Diagnostics.ProcessStartInfo]::new($env:COSMI_SIMULATOR)
    $start.Arguments = $ArgumentList -join ' '
    $start.UseShellExecute = $false
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $process = Start-Child -Start $start
    $line = $process.StandardOutput.ReadLine()
    if (-not $line) {
        throw 'the simulator did not start'
    }
    $simulator = $line | ConvertFrom-Json
    Add-Member -InputObject $simulator -MemberType NoteProperty -Name Process -Value $process
    foreach ($name in $script:HostVariables) {
        Set-Item -Path "env:$name" -Value ''
    }
    foreach ($variable in $simulator.environment.PSObject.Properties) {
        Set-Item -Path "env:$($variable.Name)" -Value $variable.Value
    }
    $simulator
}

function Stop-Simulator {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Simulator
    )
    # It ends when its standard input does.
    $Simulator.Process.StandardInput.Close()
    if (-not $Simulator.Process.WaitForExit(5000)) {
        $Simulator.Process.Kill()
    }
    foreach ($name in $script:HostVariables) {
        Set-Item -Path "env:$name" -Value ''
    }
    if (Get-Command -Name Disconnect-CosmiAccount -ErrorAction Ignore) {
        Disconnect-CosmiAccount
    }
}

function Get-HostVariable {
    <#
    .SYNOPSIS
    The variables of one of the simulator's hosts, for Invoke-Child: exactly those; null takes one away.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Simulator,
        [Parameter(Mandatory = $true)] [string] $Name
    )
    $variables = @{}
    foreach ($variable in $script:HostVariables) {
        $variables[$variable] = $null
    }
    foreach ($variable in $Simulator.environments.$Name.PSObject.Properties) {
        $variables[$variable.Name] = $variable.Value
    }
    $variables
}

function Get-HostVariableName {
    <#
    .SYNOPSIS
    The variables that the tests set and take away.
    #>
    $script:HostVariables
}

function Invoke-Control {
    param($Simulator, [string] $Method, [string] $Path, $Body)
    $request = [System.Net.WebRequest]::Create($Simulator.control + $Path)
    $request.Method = $Method
    $request.Proxy = $null
    if ($null -ne $Body) {
        $bytes = [System.Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -InputObject $Body -Depth 10 -Compress))
        $request.ContentType = 'application/json'
        $request.ContentLength = $bytes.Length
        $stream = $request.GetRequestStream()
        $stream.Write($bytes, 0, $bytes.Length)
        $stream.Dispose()
    }
    elseif ($Method -eq 'POST') {
        $request.ContentLength = 0
    }
    $response = $request.GetResponse()
    try {
        [System.IO.StreamReader]::new($response.GetResponseStream()).ReadToEnd()
    }
    finally {
        $response.Dispose()
    }
}

function Reset-Simulator {
    <#
    .SYNOPSIS
    The scenario as at the start: no faults, an empty journal, and a session that remembers nothing.
    .PARAMETER NoPause
    Work in Azure takes one look more, but no time.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Simulator,
        [switch] $NoPause
    )
    $null = Invoke-Control -Simulator $Simulator -Method POST -Path /reset
    if ($NoPause) {
        $null = Invoke-Control -Simulator $Simulator -Method POST -Path /operations -Body @{ retryAfter = '0' }
    }
    Disconnect-CosmiAccount
}

function Add-SimulatorFault {
    <#
    .EXAMPLE
    Add-SimulatorFault -Simulator $simulator -Match @{ face = 'cosmos' } -Action @{ status = 503 } -Times 0
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Simulator,
        [hashtable] $Match = @{ face = 'any' },
        [Parameter(Mandatory = $true)] [hashtable] $Action,
        [int] $Times = 1
    )
    $null = Invoke-Control -Simulator $Simulator -Method POST -Path /faults -Body @{ match = $Match; times = $Times; action = $Action }
}

function Get-SimulatorJournal {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Simulator
    )
    $journal = Invoke-Control -Simulator $Simulator -Method GET -Path /journal | ConvertFrom-Json
    foreach ($entry in $journal) {
        $entry
    }
}

function Clear-SimulatorJournal {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Simulator
    )
    $null = Invoke-Control -Simulator $Simulator -Method DELETE -Path /journal
}

function ConvertFrom-Secret {
    <#
    .SYNOPSIS
    The text in a SecureString, also where ConvertFrom-SecureString has no -AsPlainText.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [System.Security.SecureString] $Secret
    )
    [System.Net.NetworkCredential]::new('', $Secret).Password
}

function ConvertTo-Secret {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Text
    )
    [System.Net.NetworkCredential]::new('', $Text).SecurePassword
}

function Invoke-Failing {
    <#
    .SYNOPSIS
    Runs a script that must fail and gives what there is to say about its first error.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [scriptblock] $Script
    )
    try {
        $null = & $Script
    }
    catch {
        $action = ''
        if ($_.ErrorDetails) {
            $action = $_.ErrorDetails.RecommendedAction
        }
        return [pscustomobject]@{
            Id       = $_.FullyQualifiedErrorId.Split(',')[0]
            Category = [string] $_.CategoryInfo.Category
            Target   = $_.TargetObject
            Message  = [string] $_
            Action   = $action
            Record   = $_
        }
    }
    throw 'the script was expected to fail'
}

function Get-CommandHelpPage {
    <#
    .SYNOPSIS
    A help page in parts: sections, examples with their code, parameters with their yaml.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Name
    )
    $path = Join-Path -Path (Get-RepositoryRoot) -ChildPath "powershell/help/$Name.md"
    $text = [System.IO.File]::ReadAllText($path).Replace("`r`n", "`n")
    $sections = @{}
    foreach ($match in [regex]::Matches($text, '(?ms)^## (?<name>[A-Z ]+)\n(?<text>.*?)(?=^## |\z)')) {
        $sections[$match.Groups['name'].Value.Trim()] = $match.Groups['text'].Value.Trim()
    }
    $examples = foreach ($match in [regex]::Matches($sections['EXAMPLES'], '(?ms)^### (?<title>Example .*?)\n+```powershell\n(?<code>.*?)\n```\n(?<rest>.*?)(?=^### |\z)')) {
        $rest = $match.Groups['rest'].Value.Trim()
        $output = [regex]::Match($rest, '(?s)^```output\n(.*?)\n```')
        [pscustomobject]@{
            Title   = $match.Groups['title'].Value
            Code    = $match.Groups['code'].Value
            Output  = $output.Groups[1].Value
            Remarks = $rest.Substring($output.Length).Trim()
        }
    }
    $parameters = foreach ($match in [regex]::Matches($sections['PARAMETERS'], '(?ms)^### -(?<name>\w+)\n+(?<text>.*?)\n+```yaml\n(?<yaml>.*?)\n```')) {
        $sets = @{}
        foreach ($set in [regex]::Matches($match.Groups['yaml'].Value, '(?m)^- Name: (?<name>.*)\n(?<body>(?:  .*\n?)+)')) {
            $body = @{}
            foreach ($line in $set.Groups['body'].Value.Trim() -split "\n") {
                $key, $value = $line.Trim() -split ': ', 2
                $body[$key] = $value
            }
            $sets[$set.Groups['name'].Value] = $body
        }
        $list = [regex]::Match($match.Groups['yaml'].Value, '(?m)^Aliases:\n(?<items>(?:- .*\n)+)')
        $values = [regex]::Match($match.Groups['yaml'].Value, '(?m)^AcceptedValues:\n(?<items>(?:- .*\n)+)')
        [pscustomobject]@{
            Name           = $match.Groups['name'].Value
            Description    = $match.Groups['text'].Value
            Type           = [regex]::Match($match.Groups['yaml'].Value, '(?m)^Type: (.*)$').Groups[1].Value
            Aliases        = @($list.Groups['items'].Value -split "\n" | Where-Object { $_ } | ForEach-Object { $_.Substring(2) })
            AcceptedValues = @($values.Groups['items'].Value -split "\n" | Where-Object { $_ } | ForEach-Object { $_.Substring(2) })
            Sets           = $sets
        }
    }
    [pscustomobject]@{
        Name       = $Name
        Text       = $text
        Sections   = $sections
        Examples   = @($examples)
        Parameters = @($parameters)
    }
}

function Get-ParameterContract {
    <#
    .SYNOPSIS
    The parameters of a command, one line each: -Name [Type] aliases, and per parameter set: mandatory (!), position (@0), pipeline (<value, <name).
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Name
    )
    $common = [System.Management.Automation.PSCmdlet]::CommonParameters
    foreach ($parameter in (Get-Command -Name $Name).Parameters.Values | Sort-Object -Property Name) {
        if ($common -contains $parameter.Name) {
            continue
        }
        $sets = foreach ($set in $parameter.ParameterSets.GetEnumerator() | Sort-Object -Property Key) {
            $text = $set.Key.Replace('__AllParameterSets', 'All')
            if ($set.Value.IsMandatory) { $text += '!' }
            if ($set.Value.Position -ge 0) { $text += '@' + $set.Value.Position }
            if ($set.Value.ValueFromPipeline) { $text += '<value' }
            if ($set.Value.ValueFromPipelineByPropertyName) { $text += '<name' }
            $text
        }
        $names = @($parameter.Name) + @($parameter.Aliases)
        '-{0} [{1}] {2}' -f ($names -join '|'), $parameter.ParameterType.Name, ($sets -join ' ')
    }
}

function Invoke-Child {
    <#
    .SYNOPSIS
    Runs a script in a PowerShell of its own, with variables of its own, and gives its output as text.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Script,
        [hashtable] $Environment = @{}
    )
    $file = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath ('cosmi-{0}.ps1' -f [guid]::NewGuid())
    [System.IO.File]::WriteAllText($file, $Script, [System.Text.UTF8Encoding]::new($true))
    try {
        $start = [System.Diagnostics.ProcessStartInfo]::new([System.Diagnostics.Process]::GetCurrentProcess().MainModule.FileName)
        $start.Arguments = '-NoProfile -NonInteractive -File "{0}"' -f $file
        $start.UseShellExecute = $false
        $start.RedirectStandardOutput = $true
        $start.RedirectStandardError = $true
        $start.RedirectStandardInput = $true
        # As the child writes: without a console the two would not agree by themselves.
        $start.StandardOutputEncoding = [System.Console]::OutputEncoding
        $start.StandardErrorEncoding = [System.Console]::OutputEncoding
        foreach ($name in $Environment.Keys) {
            if ($null -eq $Environment[$name]) {
                $start.EnvironmentVariables.Remove($name)
            }
            else {
                $start.EnvironmentVariables[$name] = $Environment[$name]
            }
        }
        $process = Start-Child -Start $start
        $process.StandardInput.Close()
        $failures = $process.StandardError.ReadToEndAsync()
        $output = $process.StandardOutput.ReadToEnd()
        $process.WaitForExit()
        $output + $failures.Result
    }
    finally {
        Remove-Item -Path $file
    }
}

Export-ModuleMember -Function *-*
