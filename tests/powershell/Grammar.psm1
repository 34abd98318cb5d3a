Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'

# What Windows PowerShell 5.1 does not have, though it reads the script without an error: it fails, or does something else, when run.
$newVariables = @('IsWindows', 'IsLinux', 'IsMacOS', 'IsCoreCLR', 'PSStyle', 'EnabledExperimentalFeatures', 'PSNativeCommandUseErrorActionPreference')
$newCommands = @(
    'ConvertFrom-Markdown', 'ConvertTo-CliXml', 'Get-Error', 'Get-SecureRandom', 'Get-Uptime', 'Join-String', 'Remove-Alias', 'Remove-Service'
    'Show-Markdown', 'Start-ThreadJob', 'Switch-Process', 'Test-Json'
)
$newParameters = @{
    'Add-Content'               = 'AsByteStream'
    'Add-Type'                  = 'CompilerOptions'
    'ConvertFrom-Json'          = 'AsHashtable', 'DateKind', 'Depth', 'NoEnumerate'
    'ConvertFrom-SecureString'  = , 'AsPlainText'
    'ConvertTo-Csv'             = 'NoHeader', 'QuoteFields', 'UseQuotes'
    'ConvertTo-Json'            = 'AsArray', 'EnumsAsStrings', 'EscapeHandling'
    'Export-Csv'                = 'NoHeader', 'QuoteFields', 'UseQuotes'
    'ForEach-Object'            = 'AsJob', 'Parallel', 'ThrottleLimit', 'TimeoutSeconds', 'UseNewRunspace'
    'Get-ChildItem'             = , 'FollowSymlink'
    'Get-Content'               = , 'AsByteStream'
    'Get-Date'                  = 'AsUTC', 'UnixTimeSeconds'
    'Get-Module'                = , 'SkipEditionCheck'
    'Get-Random'                = , 'Shuffle'
    'Import-Module'             = 'SkipEditionCheck', 'UseWindowsPowerShell'
    'Invoke-RestMethod'         = @()
    'Invoke-WebRequest'         = @()
    'Join-Path'                 = 'AdditionalChildPath', 'Extension'
    'Measure-Object'            = 'AllStats', 'StandardDeviation'
    'Out-String'                = , 'NoNewline'
    'Select-Object'             = 'CaseInsensitive', 'SkipIndex'
    'Select-String'             = 'Culture', 'NoEmphasis', 'Raw'
    'Set-Content'               = , 'AsByteStream'
    'Sort-Object'               = 'Bottom', 'Stable', 'Top'
    'Split-Path'                = 'Extension', 'LeafBase'
    'Start-Process'             = , 'Environment'
    'Start-Sleep'               = , 'Duration'
    'Where-Object'              = , 'Not'
}
foreach ($command in 'Invoke-RestMethod', 'Invoke-WebRequest') {
    $newParameters[$command] = @(
        'AllowInsecureRedirect', 'AllowUnencryptedAuthentication', 'Authentication', 'ConnectionTimeoutSeconds', 'CustomMethod', 'FollowRelLink', 'Form'
        'HttpVersion', 'MaximumFollowRelLink', 'MaximumRetryCount', 'NoProxy', 'OperationTimeoutSeconds', 'PreserveAuthorizationOnRedirect'
        'PreserveHttpMethodOnRedirect', 'ResponseHeadersVariable', 'Resume', 'RetryIntervalSec', 'SkipCertificateCheck', 'SkipHeaderValidation'
        'SkipHttpErrorCheck', 'SslProtocol', 'StatusCodeVariable', 'Token', 'UnixSocket'
    )
}
$newEncodings = @('ansi', 'bigendianutf32', 'utf8BOM', 'utf8NoBOM')
$newAttributes = @('ArgumentCompletions', 'Experimental', 'ValidateNotNullOrWhiteSpace')
$newTypes = @('semver', 'System.Management.Automation.SemanticVersion', 'System.Runtime.InteropServices.NativeLibrary', 'System.Text.Json.*')
$newMembers = @(
    'Array.Fill', 'BitConverter.ToHexString', 'Convert.FromHexString', 'Convert.ToHexString', 'Directory.CreateTempSubdirectory', 'Environment.ProcessId'
    'Environment.ProcessPath', 'File.ReadAllTextAsync', 'Math.Clamp', 'OperatingSystem.Is*', 'Path.EndsInDirectorySeparator', 'Path.GetRelativePath'
    'Path.IsPathFullyQualified', 'Path.Join', 'Path.TrimEndingDirectorySeparator', 'RandomNumberGenerator.Fill', 'RandomNumberGenerator.GetBytes'
    'RandomNumberGenerator.GetInt32', 'SHA256.HashData'
)
$newTokens = @{
    AndAnd                 = '&&'
    OrOr                   = '||'
    QuestionDot            = '?.'
    QuestionLBracket       = '?['
    QuestionQuestion       = '??'
    QuestionQuestionEquals = '??='
}

function Get-Parameter {
    # The names of the parameters given to a command, those of splatted tables too.
    param($Command, $Script)
    foreach ($element in $Command.CommandElements) {
        if ($element -is [System.Management.Automation.Language.CommandParameterAst]) {
            $element.ParameterName
        }
        elseif ($element -is [System.Management.Automation.Language.VariableExpressionAst] -and $element.Splatted) {
            $name = $element.VariablePath.UserPath
            $tables = $Script.FindAll({
                    param($node)
                    $node -is [System.Management.Automation.Language.AssignmentStatementAst] -and
                    [string] $node.Left -eq "`$$name" -and
                    $node.Right -is [System.Management.Automation.Language.CommandExpressionAst] -and
                    $node.Right.Expression -is [System.Management.Automation.Language.HashtableAst]
                }, $true)
            foreach ($table in $tables) {
                $table.Right.Expression.KeyValuePairs | ForEach-Object { [string] $_.Item1 }
            }
        }
    }
}

function Get-OptionalMember {
    # A member of a syntax tree that older PowerShells do not know.
    param($Node, [string] $Name)
    if ($Node.PSObject.Properties[$Name]) {
        $Node.$Name
    }
}

function Find-NewSyntax {
    param($Script, $Tokens)
    foreach ($token in $Tokens) {
        $kind = [string] $token.Kind
        $line = $token.Extent.StartLineNumber
        if ($newTokens.ContainsKey($kind)) {
            @{ What = $newTokens[$kind]; Line = $line }
        }
        elseif ($kind -eq 'Pipe' -and -not $token.Extent.StartScriptPosition.Line.Substring(0, $token.Extent.StartColumnNumber - 1).Trim()) {
            @{ What = 'a line that begins with |'; Line = $line }
        }
        elseif ($kind -eq 'Number' -and $token.Text -match '(?i)^[-+]?0b|(?:u[ysl]?|y|s|n)(?:[kmgtp]b)?$') {
            @{ What = "the number $($token.Text)"; Line = $line }
        }
        elseif (@('StringExpandable', 'HereStringExpandable', 'Generic') -contains $kind) {
            foreach ($match in [regex]::Matches($token.Text, '(?<!`)(?:``)*(`u\{|`e)')) {
                @{ What = "the escape $($match.Groups[1].Value)"; Line = $line }
            }
        }
    }
    foreach ($node in $Script.FindAll({ $true }, $true)) {
        $what = @()
        switch ($node.GetType().Name) {
            'TernaryExpressionAst' { $what = '? :' }
            'PipelineAst' { if (Get-OptionalMember -Node $node -Name Background) { $what = 'a pipeline that ends in &' } }
            'InvokeMemberExpressionAst' { if (Get-OptionalMember -Node $node -Name GenericTypeArguments) { $what = 'a method with type arguments' } }
            'BinaryExpressionAst' {
                if ([string] $node.Operator -like '?replace' -and $node.Right.Find({ $args[0] -is [System.Management.Automation.Language.ScriptBlockExpressionAst] }, $false)) {
                    $what = '-replace with a script block'
                }
            }
            'ScriptBlockAst' {
                if (Get-OptionalMember -Node $node -Name CleanBlock) { $what += 'a clean block' }
                $requirements = $node.ScriptRequirements
                if ($requirements -and (($requirements.RequiredPSVersion -and $requirements.RequiredPSVersion -gt [version] '5.1') -or $requirements.RequiredPSEditions -contains 'Core')) {
                    $what += '#requires of a newer PowerShell'
                }
            }
        }
        foreach ($name in $what) {
            @{ What = $name; Line = $node.Extent.StartLineNumber }
        }
    }
}

function Find-NewName {
    param($Script)
    foreach ($node in $Script.FindAll({ $true }, $true)) {
        $what = @()
        switch ($node.GetType().Name) {
            'VariableExpressionAst' { if ($newVariables -contains ($node.VariablePath.UserPath -replace '^global:')) { $what = "`$$($node.VariablePath.UserPath)" } }
            'AttributeAst' { if ($newAttributes -contains ($node.TypeName.Name -replace 'Attribute$')) { $what = "[$($node.TypeName.Name)()]" } }
            { $_ -eq 'TypeExpressionAst' -or $_ -eq 'TypeConstraintAst' } {
                $type = $node.TypeName.FullName
                if (@($newTypes | Where-Object { $type -like $_ })) { $what = "[$type]" }
            }
            { $_ -eq 'MemberExpressionAst' -or $_ -eq 'InvokeMemberExpressionAst' } {
                if ($node.Static -and $node.Expression -is [System.Management.Automation.Language.TypeExpressionAst]) {
                    $member = '{0}.{1}' -f ($node.Expression.TypeName.FullName -split '\.')[-1], $node.Member
                    if (@($newMembers | Where-Object { $member -like $_ })) { $what = $member }
                }
            }
            'CommandAst' {
                $name = $node.GetCommandName()
                if ($newCommands -contains $name) { $what += $name }
                $given = @(Get-Parameter -Command $node -Script $Script)
                if ($name -and $newParameters.ContainsKey($name)) {
                    $what += $given | Where-Object { $newParameters[$name] -contains $_ } | ForEach-Object { "$name -$_" }
                }
                $values = @($node.CommandElements | Select-Object -Skip 1)
                if ($given -contains 'Encoding' -and @($values | Where-Object { $newEncodings -contains [string] $_ })) {
                    $what += 'a new encoding'
                }
                if ($name -eq 'Join-Path' -and -not $given -and $values.Count -gt 2) { $what += 'Join-Path with more than two paths' }
            }
        }
        foreach ($found in $what) {
            @{ What = $found; Line = $node.Extent.StartLineNumber }
        }
    }
}

function Get-NewGrammar {
    <#
    .SYNOPSIS
    What Windows PowerShell 5.1 cannot read or does not have in a piece of PowerShell: a text for each, with its line.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Code
    )
    $tokens = $null
    $errors = $null
    $script = [System.Management.Automation.Language.Parser]::ParseInput($Code, [ref] $tokens, [ref] $errors)
    foreach ($failure in $errors) {
        'line {0}: {1}' -f $failure.Extent.StartLineNumber, $failure.Message
    }
    # Tokens inside strings are nested in them.
    $all = New-Object -TypeName System.Collections.Generic.List[object]
    $queue = New-Object -TypeName System.Collections.Generic.Queue[object] -ArgumentList (, [object[]] $tokens)
    while ($queue.Count) {
        $token = $queue.Dequeue()
        $all.Add($token)
        if ($token -is [System.Management.Automation.Language.StringExpandableToken] -and $token.NestedTokens) {
            $token.NestedTokens | ForEach-Object { $queue.Enqueue($_) }
        }
    }
    foreach ($finding in @(Find-NewSyntax -Script $script -Tokens $all) + @(Find-NewName -Script $script)) {
        'line {0}: {1}' -f $finding.Line, $finding.What
    }
}

function Get-EncodingFault {
    <#
    .SYNOPSIS
    Why Windows PowerShell 5.1 would misread a file: without a mark it takes the system's code page for its encoding. XML says its own.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [byte[]] $Bytes,
        [switch] $Xml
    )
    # Of a character for each byte.
    $text = [System.Text.Encoding]::GetEncoding('iso-8859-1').GetString($Bytes)
    if ($text -notmatch '[^\x00-\x7F]') {
        return
    }
    $saysSo = '^\xEF\xBB\xBF'
    if ($Xml) {
        $saysSo += '|^<\?xml [^>]*encoding="utf-8"'
    }
    if ($text -match $saysSo) {
        return
    }
    'it is not ASCII, and says no encoding'
}

Export-ModuleMember -Function Get-NewGrammar, Get-EncodingFault
